"""What an audit finds: one thing that is not as it must be, and what to do about it."""

from datetime import date
from typing import Literal

from pydantic import Field

from shared.frozen import Frozen

Kind = Literal[
    "object-gone",
    "object-altered",
    "second-object",
    "stray-object",
    "rows-differ",
    "total-differs",
    "source-differs",
    "export-newer",
    "ledger-gone",
    "ledger-unreadable",
    "day-never-run",
    "partition-gone",
    "partition-elsewhere",
    "partition-empty",
    "rows-by-query",
    "rows-uncounted",
    "outlook-gone",
    "outlook-stale",
    "refresh-failed",
    "digest-unknown",
    "digest-missing",
    "nobody-told",
    "staging-left",
    "staged-not-archived",
    "dead-letters",
]
"""Every kind of finding that there is; docs/audit.md says what each means."""


class Finding(Frozen):
    """One thing that is wrong. `day` is a billing day (UTC); null when it is about no one."""

    kind: Kind
    day: date | None = Field(default=None, description="The billing day (UTC).")
    found: str = Field(description="What was found, in a sentence without its full stop.")
    remedy: str = Field(description="What to type or do about it.")
    repairable: bool = Field(default=False, description="Whether a backfill of the day mends it.")
    reached: bool = Field(
        default=True,
        description="Whether the export is known to reach the day; else its backfill may wait.",
    )

    @property
    def about(self) -> str:
        """What is the same when the same thing is found again."""
        return f"{self.kind}/{self.day}/{'' if self.day else self.found}"

    def __str__(self) -> str:
        day = f"{self.day}: " if self.day else ""
        return f"{self.kind}: {day}{self.found}. {self.remedy}"


def of_a_backfill(kind: Kind, day: date, found: str) -> Finding:
    """Return a finding that a backfill of its day mends."""
    remedy = f"daybook replay {day} --reason 'audit: {kind}'"
    return Finding(kind=kind, day=day, found=found, remedy=remedy, repairable=True)
