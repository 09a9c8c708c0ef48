"""The ledger's record of one day: every version of it that was ever archived."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.money import Amounts


class DayVersion(BaseModel):
    """One archived version of a day."""

    model_config = ConfigDict(frozen=True)

    sha256: str = Field(description="Checksum of the Parquet object.")
    run: str = Field(description="The run that wrote it.")
    source_version: str = Field(description="The delivery it came from.")
    archived_at: datetime = Field(description="When it was written (UTC).")
    rows: int
    totals: tuple[Amounts, ...]
    by_ou: dict[str, tuple[Amounts, ...]] = Field(description="Totals by OU path.")


class DayRecord(BaseModel):
    """A day's versions, oldest first."""

    model_config = ConfigDict(frozen=True)

    day: date
    versions: tuple[DayVersion, ...]

    @property
    def newest(self) -> DayVersion:
        """The version in force."""
        return self.versions[-1]

    def outcome_for(self, run: str) -> Literal["new", "restated", "unchanged"]:
        """Say what a run did to the day; a repeat of that run's step says the same."""
        if self.newest.run != run:
            return "unchanged"
        return "new" if len(self.versions) == 1 else "restated"
