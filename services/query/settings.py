"""The query worker's own settings."""

from pydantic import Field

from services.query.readiness import LOOK_AGAIN
from shared.settings import WorkerSettings


class QuerySettings(WorkerSettings):
    """Adds how often an export that is not ready is looked at."""

    look_again: int = Field(
        default=LOOK_AGAIN,
        ge=1,
        le=LOOK_AGAIN,
        description="Seconds between two looks of a tick at an export that is not ready.",
    )
