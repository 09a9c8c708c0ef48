"""The auditor's own settings."""

from pydantic import Field

from shared.settings import WorkerSettings


class AuditorSettings(WorkerSettings):
    """Adds what it looks at besides the archive."""

    database: str = Field(description="Glue database.")
    account_id: str = Field(pattern=r"^\d{12}$", description="Account that owns the data sets.")
    queues: tuple[str, ...] = Field(
        description="JSON list: the workers' queues and their dead-letter queues, by name."
    )
