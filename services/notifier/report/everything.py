"""What everything is expected to cost by the end of the month: Root and Unmapped together.

Totals are of everything, and Root holds only what is in an OU: beside them stands this estimate.
The budget stays Root's, and is held against Root's own cost and estimate only.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.config_outlook import ROOT, UNMAPPED
from shared.money import exact_sum_if_known
from shared.outlook import Outlook


@dataclass(frozen=True)
class Everything:
    """Root's and Unmapped's outlooks of one day in one currency, as far as there are any."""

    root: Outlook | None
    unmapped: Outlook | None

    @property
    def parts(self) -> tuple[Outlook, ...]:
        """Those that there are."""
        return tuple(each for each in (self.root, self.unmapped) if each)

    @property
    def estimate(self) -> Decimal | None:
        """What the month is expected to cost; None when that of a part is not known."""
        if not self.parts:
            return None
        return exact_sum_if_known(each.month_end_estimate for each in self.parts)

    @property
    def interval(self) -> tuple[Decimal, Decimal] | None:
        """The ends of the 80 % interval; None beside unmapped cost: ends do not add up."""
        if self.root is None or self.unmapped is not None:
            return None
        low, high = self.root.month_end_low_80, self.root.month_end_high_80
        return None if low is None or high is None else (low, high)

    @property
    def method(self) -> str:
        """How it was estimated: `forecast`, or that of each part where they differ."""
        methods = dict.fromkeys(each.estimate_method for each in self.parts)
        return " and ".join(method for method in methods if method)

    @property
    def budget(self) -> Decimal | None:
        """Root's budget: there is none of everything."""
        return self.root.budget if self.root else None


def everything(outlooks: Iterable[Outlook]) -> Everything:
    """Return the outlook of everything, from those of one day in one currency."""
    whole = {each.ou_path: each for each in outlooks if each.ou_path in (ROOT, UNMAPPED)}
    return Everything(whole.get(ROOT), whole.get(UNMAPPED))


def everything_by_day(outlooks: Iterable[Outlook]) -> Mapping[date, Everything]:
    """Return the outlook of everything of each day, from those in one currency."""
    days: dict[date, list[Outlook]] = defaultdict(list)
    for each in outlooks:
        days[each.as_of].append(each)
    return {day: everything(of_day) for day, of_day in days.items()}
