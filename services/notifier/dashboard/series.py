"""Daily amounts as whole cents, each rounded by itself from the exact amount, as the digest does.

Rounded days do not add up to a rounded month. So a series holds both, and whoever shows one of them
adds nothing up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.days import Period
from shared.money import exact_sum

CENT = Decimal("0.01")
Costs = Mapping[date, Decimal]


def whole_cents(amount: Decimal) -> int:
    """Return an amount in cents, rounded half-even as `shared.money.cents` writes it."""
    return int(amount.quantize(CENT).scaleb(2))


@dataclass(frozen=True)
class Series:
    """Cents by day, and month to date in cents on each day; both as long as the window."""

    daily: tuple[int, ...]
    to_date: tuple[int, ...]

    @classmethod
    def of(cls, costs: Costs, days: Sequence[date]) -> "Series":
        """Round a series of exact daily costs; a day without cost is zero."""
        daily, to_date = [], []
        month, so_far = None, Decimal(0)
        for day in days:
            if month != (month := Period.of(day)):
                so_far = Decimal(0)
            cost = costs.get(day)
            if cost is not None:
                so_far = exact_sum((so_far, cost))
            daily.append(0 if cost is None else whole_cents(cost))
            to_date.append(whole_cents(so_far))
        return cls(tuple(daily), tuple(to_date))
