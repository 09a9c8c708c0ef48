"""What a digest told of each day: kept in its claim, so that the next one can say what changed."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field


class ToldDay(BaseModel):
    """One day as a digest knew it."""

    model_config = ConfigDict(frozen=True)

    sha256: str = Field(description="Checksum of the day's object in the archive.")
    etag: str = Field(
        description="ETag of the day's record in the ledger then; empty when the record was not "
        "read: an equal ETag later means that nothing changed."
    )


Told = dict[date, ToldDay]
"""The days that a digest told of, its own and those before it."""
