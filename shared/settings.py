"""Process settings: environment variables with the prefix DAYBOOK_, read once at start."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class WorkerSettings(BaseSettings):
    """What every worker reads from its environment. Terraform and the local stack set it."""

    model_config = SettingsConfigDict(env_prefix="DAYBOOK_", frozen=True)

    queue_url: str = Field(description="URL of the worker's own queue.")
    backfill_queue_url: str | None = Field(
        default=None, description="URL of its queue for backfills; none: it has one queue."
    )
    visibility_timeout: int = Field(ge=3, le=43200, description="The queue's, in seconds.")
    poll_seconds: int = Field(default=10, ge=0, le=20, description="Long poll, in seconds.")
    events_topic: str = Field(description="ARN of the topic that all events go to.")
    alarms_topic: str = Field(description="ARN of the topic that alarms people by e-mail.")
    archive_bucket: str = Field(description="The archive bucket, finops-daily-summaries.")
    config: str = Field(description="Location of daybook.yaml: s3://… or a file.")
    stop_grace: float = Field(
        default=15, ge=0, description="Seconds a stopping worker may still spend on its message."
    )
    health_file: Path | None = Field(
        default=None, description="Where the worker says how it is; none: nowhere."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="Least level that is logged."
    )
