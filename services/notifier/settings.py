"""The notifier's own settings."""

from pydantic import Field

from shared.settings import WorkerSettings


class NotifierSettings(WorkerSettings):
    """Adds what SES needs."""

    configuration_set: str | None = Field(
        default=None, description="SES configuration set whose events tell what became of a mail."
    )
