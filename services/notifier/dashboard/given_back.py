"""Gross, credits, refunds and discounts of the OUs that were given something back, day by day.

From charge types, as in the digest (`charges.py`); of an OU with everything below it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from services.notifier.dashboard.places import ALL, lineage
from services.notifier.dashboard.series import Series
from services.notifier.report.charges import CREDIT, DISCOUNT, REFUND
from shared.money import exact_sum

MOST = 60
"""OUs beside all together: a page must stay under 5 MB."""


@dataclass(frozen=True)
class Kind:
    """Costs of one kind, and on which days there was a line of it: nothing is not 0.00."""

    series: Series
    stated: tuple[bool, ...]


@dataclass(frozen=True)
class GivenBack:
    """An OU's gross, after discounts, and its credits, refunds and discounts where it has any."""

    ou: str
    gross: Kind
    credits: Kind | None
    refunds: Kind | None
    discounts: Kind | None

    @property
    def kinds(self) -> tuple[Kind | None, ...]:
        """All of them, in the order of the fields."""
        return (self.gross, self.credits, self.refunds, self.discounts)


Days = Mapping[date, list[Decimal]]
Sums = dict[str, dict[str, dict[date, list[Decimal]]]]


def given_back(cells: Iterable[Mapping[str, Any]], days: Sequence[date]) -> tuple[GivenBack, ...]:
    """Return all together, and the OUs that were given most, in order; none where nothing was.

    All together are told with discounts alone, too, as in the digest. `cells` have `OUPath`,
    `Day`, `Back` and `Cost_sum`.
    """
    sums: Sums = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for cell in cells:
        for ou in lineage(cell["OUPath"]):
            sums[ou][cell["Back"]][cell["Day"]].append(cell["Cost_sum"])
    back, off = {CREDIT, REFUND}, {CREDIT, REFUND, DISCOUNT}
    given = {ou: _size(parts) for ou, parts in sums.items() if parts.keys() & (back if ou else off)}
    ranked = sorted(given, key=lambda ou: (ou != ALL, -given[ou], ou))[: MOST + 1]
    return tuple(_of(ou, sums[ou], days) for ou in sorted(ranked))


def _size(parts: Mapping[str, Days]) -> Decimal:
    given = (costs for back, by_day in parts.items() if back for costs in by_day.values())
    return exact_sum(cost.copy_abs() for costs in given for cost in costs)


def _of(ou: str, parts: Mapping[str, Days], days: Sequence[date]) -> GivenBack:
    def kind(*backs: str) -> Kind | None:
        costs: dict[date, list[Decimal]] = defaultdict(list)
        for back in backs:
            for day, amounts in parts.get(back, {}).items():
                costs[day] += amounts
        return _kind(costs, days) if costs else None

    gross = kind(*(back for back in parts if back not in (CREDIT, REFUND)))
    return GivenBack(ou, gross or _kind({}, days), kind(CREDIT), kind(REFUND), kind(DISCOUNT))


def _kind(costs: Days, days: Sequence[date]) -> Kind:
    sums = {day: exact_sum(amounts) for day, amounts in costs.items()}
    return Kind(Series.of(sums, days), tuple(day in costs for day in days))
