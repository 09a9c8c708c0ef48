"""Days in the layout that was there before Daybook: five columns, under any name."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from daybook.adopt.archive import Adoption
from shared.adopted import CONTRACT
from shared.day_record import DayRecord
from shared.days import days_between
from shared.ledger import Ledger
from shared.locations import BREAKDOWNS, day_record_key, partition
from shared.memory import MemoryStore
from shared.parquet import to_parquet
from tests.support.units.catalogs import FakePartitions
from tests.support.units.rows import DAY, row


def five(cost: float = 1.5, **columns: Any) -> dict[str, Any]:
    """Return one row."""
    return {
        "OU": "Workloads/Prod",
        "Service": "AmazonEC2",
        "LinkedAccount": "111111111111",
        "DailyCost": cost,
    } | columns


def old_day(day: date, *rows: Mapping[str, Any], schema: pa.Schema = CONTRACT) -> bytes:
    """Return a day's object."""
    dated = [{"BillingDate": day, **row} for row in rows or (five(), five(0.1, OU="Unmapped"))]
    return to_parquet(pa.Table.from_pylist(dated, schema=schema))


def old_key(day: date, name: str = "data.parquet") -> str:
    """Return where it lies."""
    return f"{BREAKDOWNS}{partition(day)}{name}"


async def old_archive(store: MemoryStore, days: Sequence[date]) -> None:
    """Fill a bucket with days as they were before Daybook: no metadata, no ledger."""
    for day in days:
        await store.put(old_key(day), old_day(day))


def adoption(store: MemoryStore, told: list[str] | None = None) -> Adoption:
    """Return the work of `daybook adopt --currency EUR`."""
    return Adoption(store, "EUR", (told if told is not None else []).append)


async def adopt(store: MemoryStore) -> FakePartitions:
    """Adopt all that lies there."""
    work, partitions = adoption(store), FakePartitions()
    await work.carry_out(await work.plan(), partitions)
    return partitions


async def record(store: MemoryStore, day: date) -> DayRecord:
    """Return what the ledger has of a day."""
    entry = await Ledger(store).read(day_record_key(day), DayRecord)
    assert entry
    return entry.doc


def exported(first: date, last: date = DAY) -> dict[date, Sequence[Any]]:
    """Return a delivery that has lines from `first` on, and none on the days before."""
    days = list(days_between(date(2026, 3, 1), last))
    return {day: [row("2", Currency="EUR")] if day >= first else [] for day in days}
