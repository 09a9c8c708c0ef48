"""Reads the days before the open period back from the archive: what a forecast learns from."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from shared.archive import read_each, read_earlier_day
from shared.breakdown import METRICS, states
from shared.days import GAP, ONE_DAY, Period
from shared.locations import BREAKDOWNS, day_of_partition, of_year
from shared.ports import ObjectStore

LONGEST = 400
"""Days a forecast learns from: each month once and a bit."""


@dataclass(frozen=True)
class Cost:
    """What an account cost on a day, and in which OU; a double, since it only feeds estimates."""

    account: str
    ou_path: str
    currency: str
    kind: str
    amount: float


@dataclass(frozen=True)
class History:
    """Reads what is archived of the days before a period."""

    store: ObjectStore
    metric: str

    async def days_before(self, period: Period) -> list[date]:
        """Return the archived days before a period, newest first, up to the first long gap."""
        earliest = period.first - timedelta(days=LONGEST)
        found: list[date] = []
        expected = period.first - ONE_DAY
        for year in range(expected.year, earliest.year - 1, -1):
            listed = await self.store.list(of_year(BREAKDOWNS, year))
            days = {day for item in listed if (day := day_of_partition(item.key))}
            for day in sorted((d for d in days if earliest <= d < period.first), reverse=True):
                if (expected - day).days > GAP:
                    return found
                found.append(day)
                expected = day - ONE_DAY
            if expected >= date(year, 1, 1) + timedelta(days=GAP):
                return found
        return found

    async def read(
        self, days: list[date], show: Callable[[date, pa.Table], None]
    ) -> dict[date, list[Cost]]:
        """Return the costs of days, and show their tables one by one.

        A day that does not state the metric is left out.
        """

        async def costs(day: date) -> list[Cost] | None:
            found = await read_earlier_day(self.store, day)
            if found is None:
                return None
            show(day, found.rows)
            return costs_of(found.rows, self.metric)

        read = await read_each(days, costs)
        return {day: found for day, found in read.items() if found is not None}


def costs_of(table: pa.Table, metric: str) -> list[Cost] | None:
    """Add a day up by account, OU, currency and charge type; None when it lacks the metric."""
    return list(_costs(table, METRICS[metric])) if states(table, metric) else None


def _costs(table: pa.Table, column: str) -> Iterator[Cost]:
    keys = ["LinkedAccount", "OUPath", "Currency", "ChargeType"]
    amounts = table.select(keys).append_column("amount", pc.cast(table[column], pa.float64()))
    sums = amounts.group_by(keys, use_threads=False).aggregate([("amount", "sum")])
    for row in sums.to_pylist():
        account, ou_path, currency, kind = (row[key] for key in keys)
        yield Cost(account, ou_path, currency, kind, row["amount_sum"])
