"""What an audit found, as the ledger keeps it and as the command prints it."""

from datetime import date, datetime, timedelta

from pydantic import Field

from services.auditor.finding import Finding, Kind
from shared.frozen import Frozen

HEALS = timedelta(hours=3)
"""How long a repair may take until the same finding counts as one that it did not mend."""

BY_READING: frozenset[Kind] = frozenset(
    {"object-altered", "rows-differ", "total-differs", "source-differs", "rows-by-query"}
)
"""What a full audit may find that a light one cannot see."""


class AuditReport(Frozen):
    """One audit."""

    run: str = Field(description="The run of the event that asked for it.")
    at: datetime = Field(description="When it looked (UTC).")
    full: bool = Field(description="Whether every object was read and the rows were counted.")
    first: date | None = Field(description="The first day that there is; null when there is none.")
    last: date | None = Field(default=None, description="The last day that was looked at.")
    through: date = Field(description="The last day that had to be there.")
    days: int = Field(ge=0, description="Days that were looked at.")
    findings: tuple[Finding, ...]
    asked: bool = Field(
        default=True, description="Whether backfills were asked for of what they mend."
    )
    asked_before: tuple[str, ...] = Field(
        default=(), description="What an earlier audit has asked to be repaired."
    )
    unseen: tuple[str, ...] = Field(
        default=(),
        description="What the last full audit has asked to be repaired and a light one cannot see.",
    )

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    @property
    def repairable(self) -> tuple[Finding, ...]:
        """What a backfill mends."""
        return tuple(finding for finding in self.findings if finding.repairable)

    @property
    def for_people(self) -> tuple[Finding, ...]:
        """What only a person can mend, or what a backfill should have mended and did not."""
        return tuple(
            finding
            for finding in self.findings
            if not finding.repairable or finding.about in self.asked_before
        )

    def after(self, earlier: "AuditReport | None") -> "AuditReport":
        """Return it knowing what the report before it has asked for; its own repeat knows as much.

        What was asked for just now may still be under way, and does not count.
        """
        if earlier is None:
            return self
        if earlier.run == self.run:
            kept = {"asked_before": earlier.asked_before, "unseen": earlier.unseen}
            return self.model_copy(update=kept)
        asked = [finding.about for finding in earlier.repairable]
        if self.at - earlier.at < HEALS or not earlier.asked:
            asked = []
        still = {finding.about for finding in self.findings}
        before = sorted({*asked, *earlier.asked_before, *earlier.unseen} & still)
        unseen = () if self.full else earlier.for_the_next_full
        return self.model_copy(update={"asked_before": tuple(before), "unseen": unseen})

    @property
    def for_the_next_full(self) -> tuple[str, ...]:
        """What light audits hand on from the last full one: they overwrite its report."""
        if not self.full:
            return self.unseen
        asked = self.repairable if self.asked else ()
        return tuple(each.about for each in asked if each.kind in BY_READING)
