"""Daily cost of each account's services: the series that anomalies are looked for in.

What is billed by contract or invoice (tax, support, fees, commitments, credits, refunds) is left
out: it comes in lumps that say nothing of use. An account counts where it is on the newest day, as
for forecasts (decision 22). Amounts are doubles: they only decide what stands out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from services.forecaster.arrays import WEEK, Floats
from shared.breakdown import METRICS, states

CONTRACT = ("Tax", "Support", "Fee", "Refund", "Credit", "Commitment")
"""Charge types (docs/numbers.md) that are no use from day to day."""
KEYS = ["LinkedAccount", "Service", "Currency"]
Rates = Mapping[str, float]
"""What one unit of a billed currency is in the currency shown."""


class Cell(NamedTuple):
    """What a series is of; the currency is the one shown."""

    account: str
    service: str
    currency: str


class Place(NamedTuple):
    """Where an account is, and what it is called."""

    ou: str
    ou_path: str
    account_name: str


@dataclass
class Cells:
    """Amounts by cell and day, from `first` on, and where each account was last."""

    first: date
    count: int
    shown: tuple[str, Rates] | None = None
    rows: dict[Cell, int] = field(default_factory=dict)
    places: dict[str, tuple[date, Place]] = field(default_factory=dict)
    seen: dict[str, date] = field(default_factory=dict)
    """The first day on which each account has a row of any kind, though it cost nothing."""

    def __post_init__(self) -> None:
        self._amounts = np.zeros((64, self.count))
        self._known = np.zeros(self.count, np.bool_)

    def add(self, day: date, table: pa.Table, metric: str) -> None:
        """Take a day's rows in; of a day outside, or without the metric, only whose they are."""
        for account in pc.unique(table["LinkedAccount"]).to_pylist():
            self.seen[account] = min(day, self.seen.get(account, day))
        place = (day - self.first).days
        if not 0 <= place < self.count or not states(table, metric):
            return
        self._known[place] = True
        used = table.filter(pc.invert(pc.is_in(table["ChargeType"], pa.array(CONTRACT))))
        amounts = used.select(KEYS).append_column(
            "amount", pc.cast(used[METRICS[metric]], pa.float64())
        )
        sums = amounts.group_by(KEYS, use_threads=False).aggregate([("amount", "sum")])
        for account, service, currency, amount in zip(
            *(sums[name].to_pylist() for name in (*KEYS, "amount_sum")), strict=True
        ):
            self._put(place, account, service, currency, amount)
        self._placed(day, table)

    def series(self) -> tuple[list[Cell], Floats]:
        """Return the cells and their daily amounts; a missing day is as a week before or after."""
        values = self._amounts[: len(self.rows)].copy()
        missing = np.flatnonzero(~self._known)
        for day in missing:
            for other in (day - WEEK, day + WEEK):
                if 0 <= other < self.count and self._known[other]:
                    values[:, day] = values[:, other]
                    break
        return list(self.rows), values

    def begun(self) -> dict[str, int]:
        """Return the first day, as a column, of each account that is younger than the history."""
        oldest = min(self.seen.values(), default=self.first)
        return {a: (day - self.first).days for a, day in self.seen.items() if day > oldest}

    def _put(self, day: int, account: str, service: str, currency: str, amount: float) -> None:
        if self.shown:
            shown, rates = self.shown
            if currency not in rates:
                return
            currency, amount = shown, amount * rates[currency]
        row = self.rows.setdefault(Cell(account, service, currency), len(self.rows))
        if row >= len(self._amounts):
            self._amounts = np.concatenate([self._amounts, np.zeros_like(self._amounts)])
        self._amounts[row, day] += amount

    def _placed(self, day: date, table: pa.Table) -> None:
        names = ["LinkedAccount", "OU", "OUPath", "AccountName"]
        for row in table.select(names).group_by(names, use_threads=False).aggregate([]).to_pylist():
            account = row["LinkedAccount"]
            if account not in self.places or self.places[account][0] <= day:
                place = Place(row["OU"], row["OUPath"], row["AccountName"] or "")
                self.places[account] = (day, place)


def days_of(first: date, count: int) -> Sequence[date]:
    """Return `count` days from `first` on."""
    return [first + timedelta(days=n) for n in range(count)]
