"""What the archived days of a month cost, by charge type and by account, exactly."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import pyarrow as pa

from shared.archive import read_earlier_day
from shared.breakdown import METRICS, states
from shared.days import Period
from shared.locations import day_record_key
from shared.money import exact_sum
from shared.ports import ObjectStore

Sums = dict[tuple[str, str], Decimal]
"""Amounts by name (a charge type, an account) and currency."""


class Incomplete(Exception):  # noqa: N818 - a state, not a fault
    """The archive lacks a day that the ledger records; the message names it and the remedy."""


def _none() -> Sums:
    return defaultdict(Decimal)


@dataclass(frozen=True)
class ArchivedCosts:
    """One cost metric of the days."""

    by_type: Sums = field(default_factory=_none)
    by_account: Sums = field(default_factory=_none)


async def archived_costs(store: ObjectStore, through: date) -> dict[str, ArchivedCosts]:
    """Add up the archived days of the month of `through` until that day, by metric.

    A metric that a day does not state is left out of that day; unblended is always stated. Raises
    Incomplete for a recorded day that is not there; one without a record has no line.
    """
    found = {"unblended": ArchivedCosts()}
    for day in Period.of(through).days(until=through):
        if archived := await read_earlier_day(store, day):
            await asyncio.to_thread(_add, found, archived.rows)
        elif await store.get(day_record_key(day)):
            raise Incomplete(f"the archive lacks {day}, run daybook replay {day}")
    return found


def _add(found: dict[str, ArchivedCosts], table: pa.Table) -> None:
    for metric, column in METRICS.items():
        if states(table, metric):
            known = found.setdefault(metric, ArchivedCosts())
            _add_by(known.by_type, table, "ChargeType", column)
            _add_by(known.by_account, table, "LinkedAccount", column)


def _add_by(sums: Sums, table: pa.Table, name: str, column: str) -> None:
    groups = table.group_by([name, "Currency"]).aggregate([(column, "sum")])
    for row in groups.to_pylist():
        key = row[name], row["Currency"]
        sums[key] = exact_sum((sums[key], row[f"{column}_sum"]))
