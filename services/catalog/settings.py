"""The catalog worker's own settings."""

from pydantic import Field

from shared.settings import WorkerSettings


class CatalogSettings(WorkerSettings):
    """Adds the catalog's names."""

    database: str = Field(description="Glue database.")
    account_id: str = Field(pattern=r"^\d{12}$", description="Account that owns the data sets.")
    ingestion_poll_seconds: float = Field(default=5, gt=0, description="Between two looks.")
