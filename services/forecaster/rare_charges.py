"""Forecasts charges that come on a few days of a month only: tax, support, fees, credits.

Two months of them are too few for any model, but what they are is known from their charge type.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from services.forecaster.arrays import Floats
from shared.days import Period

FEW_DAYS = 4
"""A month with charges on more days is daily cost like any other."""
MONTHS = 3
"""Complete months whose median is expected: a charge of once a year, and a month that was odd, are
no rule."""
RECURRING = frozenset({"Tax", "Support"})
"""Charge types of which one month is enough to expect the next: AWS bills them each month. Any
other must have come in two of three months: a subscription or a plan may be paid by the year."""
GROWING = frozenset({"Tax"})
"""AWS restates the open month's tax, dated on the first, with every delivery."""
KINDS = RECURRING | {"Marketplace", "Commitment", "Fee", "Refund", "Credit"}


@dataclass(frozen=True)
class Month:
    """What was charged in a calendar month, and on which days of it."""

    total: float
    days: tuple[int, ...]


def is_rare(values: Floats, first: date) -> bool:
    """Say whether every month since two months ago had charges on a few days only."""
    months = by_month(values, first)
    return all(len(month.days) <= FEW_DAYS for month in list(months.values())[-MONTHS:])


def by_month(values: Floats, first: date) -> dict[Period, Month]:
    """Add a series up by calendar month, oldest first."""
    dates = [first + timedelta(days=n) for n in range(len(values))]
    found: dict[Period, list[tuple[int, float]]] = {}
    for day, amount in zip(dates, values, strict=True):
        charges = found.setdefault(Period.of(day), [])
        if amount:
            charges.append((day.day, float(amount)))
    return {
        period: Month(sum(amount for _, amount in charges), tuple(day for day, _ in charges))
        for period, charges in found.items()
    }


def expected(values: Floats, first: date, kind: str, days: int) -> Floats:
    """Return the next `days` days of a rare charge: a usual month, on the day it usually comes."""
    start = first + timedelta(days=len(values))
    months = by_month(values, first)
    current = months.get(Period.of(start), Month(0.0, ()))
    future = np.zeros(days)
    usual = _usual(months, first, start, kind)
    if usual is None:
        return future
    for n, day in enumerate(start + timedelta(days=n) for n in range(days)):
        came = Period.of(day) == Period.of(start) and current.days
        if day.day == min(usual.days[0], Period.of(day).length) and not came:
            future[n] = usual.total
    if days and kind in GROWING and current.days:
        future[0] += max(0.0, usual.total - current.total)
    return future


def _usual(months: Mapping[Period, Month], first: date, start: date, kind: str) -> Month | None:
    """Return a month as it is expected again, with one day; None when it is not."""
    current = months.get(Period.of(start), Month(0.0, ()))
    whole = [m for p, m in months.items() if p.first >= first and p.last < start][-MONTHS:]
    charged = [month for month in whole or [current] if month.days]
    stopped = bool(whole) and not whole[-1].days and not current.days
    if stopped or len(charged) < (1 if kind in RECURRING else 2):
        return None
    counted = charged if kind in RECURRING else whole
    total = float(np.median([month.total for month in counted]))
    typical_day = int(np.median([day for month in charged for day in month.days]))
    return Month(total, (typical_day,))
