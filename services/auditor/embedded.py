"""The embedded engine: DuckDB over what lies where the partitions point to.

Permissions: s3:GetObject and s3:ListBucket on the archive bucket.
"""

import asyncio
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from services.auditor.counting import counted, statement
from services.auditor.listed import Values
from shared.locations import is_data, split_uri
from shared.ports import ObjectReader
from shared.together import together

KEYS = ("year", "month", "day")
AT_ONCE = 16


@dataclass(frozen=True)
class EmbeddedCounter:
    """Counts as Athena would: by partitions and not by keys; nothing outside the bucket is read."""

    store: ObjectReader

    async def rows_by_day(self, partitions: Mapping[Values, str]) -> Mapping[date, int]:
        """Bring the partitions' objects here and query them."""
        gate = asyncio.Semaphore(AT_ONCE)
        with tempfile.TemporaryDirectory(prefix="daybook-audit-") as name:
            folder = Path(name)

            async def bring(values: Values, place: str) -> None:
                async with gate:
                    await self._bring(folder, values, place)

            await together(bring(*partition) for partition in partitions.items())
            return await asyncio.to_thread(_count, folder)

    async def _bring(self, folder: Path, values: Values, place: str) -> None:
        prefix = self._prefix(place)
        if prefix is None:
            return
        target = folder.joinpath(*(f"{k}={v}" for k, v in zip(KEYS, values, strict=True)))
        for number, item in enumerate(await self.store.list(f"{prefix.rstrip('/')}/")):
            if is_data(item.key) and (found := await self.store.get(item.key)):
                target.mkdir(parents=True, exist_ok=True)
                (target / f"{number}.parquet").write_bytes(found.body)

    def _prefix(self, place: str) -> str | None:
        """Return where in the bucket a partition points to; None where it points elsewhere."""
        try:
            bucket, prefix = split_uri(place)
        except ValueError:
            return None  # the catalog's check says so of its day
        return prefix if bucket == self.store.bucket else None


def _count(folder: Path) -> dict[date, int]:
    """Count everything at once; partition by partition where an object cannot be read."""
    with duckdb.connect() as db:
        try:
            return _counted(db, folder, "**/*.parquet")
        except duckdb.Error:
            return _one_by_one(db, folder)


def _one_by_one(db: duckdb.DuckDBPyConnection, folder: Path) -> dict[date, int]:
    """Count each partition; one that cannot be read has no rows, which its day is told of."""
    found: dict[date, int] = {}
    for place in sorted({path.parent.relative_to(folder) for path in folder.rglob("*.parquet")}):
        # No row is what a query gives of it, too: the checks see that the ledger has more.
        with suppress(duckdb.Error):
            found |= _counted(db, folder, f"{place}/*.parquet")
    return found


def _counted(db: duckdb.DuckDBPyConnection, folder: Path, which: str) -> dict[date, int]:
    if not any(folder.glob(which)):
        return {}
    files = db.read_parquet(f"{folder}/{which}", hive_partitioning=True)
    files.project("year, month, day").create_view("ou_breakdown", replace=True)
    return counted(db.sql(statement()).fetchall())
