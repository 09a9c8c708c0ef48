"""Days in the layout that was there before Daybook: five columns, under any name."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from shared.adopted import CONTRACT
from shared.locations import BREAKDOWNS, partition
from shared.memory import MemoryStore
from shared.parquet import to_parquet


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
