"""Days in a row of which the same was found, as one finding to read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.auditor.finding import Finding
from shared.days import ONE_DAY


@dataclass(frozen=True)
class Span:
    """The first finding of days in a row, and the last of those days."""

    first: Finding
    day: date
    last: date

    @property
    def repairable(self) -> bool:
        """Whether a backfill of the days mends them."""
        return self.first.repairable

    def goes_on(self, other: Finding) -> bool:
        """Say whether a finding says the same of the day after."""
        same = (other.kind, other.found, other.repairable)
        return other.day == self.last + ONE_DAY and same == (
            self.first.kind,
            self.first.found,
            self.first.repairable,
        )

    def __str__(self) -> str:
        if self.day == self.last:
            return str(self.first)
        remedy = f"{self.first.remedy} (so for the first of them)"
        if self.repairable:
            days = f"{self.day}..{self.last}"
            remedy = f"daybook replay {days} --reason 'audit: {self.first.kind}'"
        count = (self.last - self.day).days + 1
        found = f"{self.day} to {self.last}, {count} days: {self.first.found}"
        return f"{self.first.kind}: {found}. {remedy}"


def spans(found: Iterable[Finding]) -> list[Span]:
    """Put findings of days, in order, together where they are of days in a row."""
    made: list[Span] = []
    for finding in found:
        if made and made[-1].goes_on(finding):
            made[-1] = Span(made[-1].first, made[-1].day, made[-1].last + ONE_DAY)
        elif finding.day:
            made.append(Span(finding, finding.day, finding.day))
    return made
