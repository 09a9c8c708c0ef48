"""The ledger's records of a day (every version ever archived) and of a billing period."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from shared.day_status import DayStatus, day_status
from shared.event_data import Reference
from shared.frozen import Frozen
from shared.money import Amounts

ADOPTED = "00000000T000000.000000Z"
"""How the version begins of what was there before Daybook: it sorts before every delivery."""


class DayVersion(Frozen):
    """One archived version of a day."""

    sha256: str = Field(description="Checksum of the Parquet object.")
    run: str = Field(description="The run that wrote it.")
    source_version: str = Field(description="The delivery it came from.")
    archived_at: datetime = Field(description="When it was written (UTC).")
    rows: int
    accounts: int | None = Field(default=None, description="Linked accounts with usage.")
    services: int | None = Field(default=None, description="Services with usage.")
    last_hour: int | None = Field(
        default=None, description="Latest hour (UTC) in which usage began, where known."
    )
    sums: str = Field(default="", description="Digest of its control sums, as at the source.")
    totals: tuple[Amounts, ...]
    by_ou: dict[str, tuple[Amounts, ...]] = Field(description="Totals by OU path.")
    source: Literal["export", "adopted"] = Field(
        default="export",
        description="Where it is from: an export, or an archive that was there before Daybook.",
    )

    @property
    def adopted(self) -> bool:
        """Whether it was there before Daybook, and is nobody's delivery."""
        return self.source == "adopted"


class DayRecord(Frozen):
    """A day's versions, oldest first."""

    day: date
    versions: tuple[DayVersion, ...]

    @property
    def newest(self) -> DayVersion:
        """The version in force."""
        return self.versions[-1]

    def version(self, sha256: str) -> DayVersion | None:
        """Return the newest version with these bytes."""
        return next((v for v in reversed(self.versions) if v.sha256 == sha256), None)

    def with_version(self, version: DayVersion) -> "DayRecord":
        """Return the record with one version more, unless it is there already.

        Versions are in the order of their deliveries: a slow writer of an older delivery may
        record after a newer one, and must not come to be in force by it. Bytes that were adopted
        and prove to be a delivery's own are that delivery's: it says more of them.
        """
        if version.sha256 == self.newest.sha256 and version.adopted == self.newest.adopted:
            return self
        known = {(v.sha256, v.source_version, v.run) for v in self.versions}
        if (version.sha256, version.source_version, version.run) in known:
            return self
        ordered = sorted((*self.versions, version), key=lambda v: v.source_version)
        return self.model_copy(update={"versions": tuple(ordered)})

    def outcome_for(self, run: str) -> Literal["new", "restated", "unchanged"]:
        """Say what a run did to the day; a repeat of that run's step says the same."""
        places = [place for place, version in enumerate(self.versions) if version.run == run]
        if not places:
            return "unchanged"
        if not places[0]:
            return "new"
        before, ours = self.versions[places[0] - 1 : places[0] + 1]
        return "unchanged" if before.sha256 == ours.sha256 else "restated"


class PeriodRecord(Frozen):
    """The newest delivery of a billing period that an archiver has begun to archive."""

    source_version: str = Field(description="The delivery.")
    run: str = Field(description="The run that began it.")
    staging: Reference | None = Field(
        default=None,
        description="Its staged rows: whoever finds it can archive it; null when it was adopted.",
    )
    complete_through: date | None = Field(
        default=None, description="Last day whose usage it holds in whole; null when none is."
    )
    final: bool = Field(
        default=False, description="Whether the month is over and its whole bill is invoiced."
    )

    @property
    def adopted(self) -> bool:
        """Whether its days were there before Daybook: whatever is delivered is newer."""
        return self.source_version.startswith(ADOPTED)

    def status(self, day: date) -> DayStatus:
        """Return the status of a day of the period."""
        return day_status(day, self.complete_through, final=self.final)

    @property
    def delivery(self) -> str:
        """The delivery's own version, without the time of the query."""
        return self.source_version.rpartition("/")[0]

    @property
    def order(self) -> tuple[str, str]:
        """Sorts later for a newer delivery; of two runs over the same, always for the same one."""
        return self.source_version, self.run
