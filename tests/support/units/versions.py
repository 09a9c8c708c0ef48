"""Archived versions of a day, as the ledger records them."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from services.notifier.report.restatements import DayChange
from shared.day_record import DayVersion
from shared.money import Amounts, add_amounts
from tests.support.units.events import NOON
from tests.support.units.rows import DAY

Costs = Mapping[tuple[str, str], Decimal]
"""Cost by OU path and currency."""


def version(costs: Costs, *, sha256: str = "a" * 64) -> DayVersion:
    """Return a version whose unblended and amortized costs are these."""
    by_ou: dict[str, tuple[Amounts, ...]] = {}
    for (ou, currency), cost in sorted(costs.items()):
        part = Amounts(currency=currency, unblended=cost, amortized=cost)
        by_ou[ou] = add_amounts((*by_ou.get(ou, ()), part))
    return DayVersion(
        sha256=sha256,
        run="run-1",
        source_version="20260317T060000.000000Z/first",
        archived_at=NOON,
        rows=len(costs),
        totals=add_amounts(part for parts in by_ou.values() for part in parts),
        by_ou=by_ou,
    )


def usd_version(**costs: str) -> DayVersion:
    """Return a version of costs in USD by the name of an OU below the root."""
    return version({(f"Root/{ou}", "USD"): Decimal(cost) for ou, cost in costs.items()})


def back(days: int) -> date:
    """Return the day that is so many days before the digest's."""
    return DAY - timedelta(days=days)


def changed(days_back: int, was: DayVersion, now: DayVersion) -> DayChange:
    """Return a day that was restated."""
    return DayChange(back(days_back), was, now)
