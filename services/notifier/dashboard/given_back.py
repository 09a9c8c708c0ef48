"""Gross, credits and refunds of the OUs that were given something back, day by day.

From charge types, as in the digest (`charges.py`); of an OU with everything below it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from services.notifier.charges import CREDIT, REFUND
from services.notifier.dashboard.places import ALL, lineage
from services.notifier.dashboard.series import Series
from shared.money import exact_sum

MOST = 60
"""OUs beside all together: a page must stay under 5 MB."""
GROSS = ""
"""Where a cell says what it gave back, of all else."""


@dataclass(frozen=True)
class GivenBack:
    """An OU's gross, and its credits and refunds where it has any."""

    ou: str
    gross: Series
    credits: Series | None
    refunds: Series | None

    @property
    def series(self) -> tuple[Series, ...]:
        """Those that there are, in the order of the fields."""
        known = (self.gross, self.credits, self.refunds)
        return tuple(each for each in known if each is not None)


Days = Mapping[date, list[Decimal]]
Sums = dict[str, dict[str, dict[date, list[Decimal]]]]


def given_back(cells: Iterable[Mapping[str, Any]], days: Sequence[date]) -> tuple[GivenBack, ...]:
    """Return all together, and the OUs that were given most, in order; none where nothing was.

    `cells` have `OUPath`, `Day`, `Back` and `Cost_sum`.
    """
    sums: Sums = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for cell in cells:
        for ou in lineage(cell["OUPath"]):
            sums[ou][cell["Back"]][cell["Day"]].append(cell["Cost_sum"])
    given = {ou: _size(parts) for ou, parts in sums.items() if parts.keys() - {GROSS}}
    ranked = sorted(given, key=lambda ou: (ou != ALL, -given[ou], ou))[: MOST + 1]
    return tuple(_of(ou, sums[ou], days) for ou in sorted(ranked))


def _size(parts: Mapping[str, Days]) -> Decimal:
    given = (costs for back, by_day in parts.items() if back for costs in by_day.values())
    return exact_sum(cost.copy_abs() for costs in given for cost in costs)


def _of(ou: str, parts: Mapping[str, Days], days: Sequence[date]) -> GivenBack:
    def series(back: str) -> Series | None:
        by_day = parts.get(back)
        if by_day is None:
            return None
        return Series.of({day: exact_sum(costs) for day, costs in by_day.items()}, days)

    return GivenBack(ou, series(GROSS) or Series.of({}, days), series(CREDIT), series(REFUND))
