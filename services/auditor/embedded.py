"""The embedded engine: DuckDB over what lies where the partitions point to.

Permissions: s3:GetObject and s3:ListBucket on the archive bucket.
"""

import asyncio
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from services.auditor.counting import counted, statement
from services.auditor.listed import Values
from shared.locations import split_uri
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
        bucket, prefix = split_uri(place)
        if bucket != self.store.bucket:
            return
        target = folder.joinpath(*(f"{k}={v}" for k, v in zip(KEYS, values, strict=True)))
        for number, item in enumerate(await self.store.list(f"{prefix.rstrip('/')}/")):
            if found := await self.store.get(item.key):
                target.mkdir(parents=True, exist_ok=True)
                (target / f"{number}.parquet").write_bytes(found.body)


def _count(folder: Path) -> dict[date, int]:
    if not any(folder.rglob("*.parquet")):
        return {}
    with duckdb.connect() as db:
        files = db.read_parquet(f"{folder}/**/*.parquet", hive_partitioning=True)
        files.project("year, month, day").create_view("ou_breakdown")
        return counted(db.sql(statement()).fetchall())
