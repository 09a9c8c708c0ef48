"""The query engine port, and the embedded engine behind it."""

import asyncio
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from services.query.embedded import Control, EmbeddedQuery
from services.query.export import Export
from services.query.manifest import Delivery
from services.query.sources import SourceFormat
from shared.breakdown import amounts_of
from shared.days import days_between
from shared.ports import ObjectStore
from shared.staging import StagedDay


@dataclass(frozen=True)
class QueryResult:
    """What one scan of a billing period gave: staged days, control totals, bytes of the export."""

    control: Control
    days: tuple[StagedDay, ...]
    bytes_scanned: int


class QueryEngine(Protocol):
    """Runs the breakdown of one delivery and stages it below a prefix of the archive bucket."""

    async def stage(self, delivery: Delivery, organization: pa.Table, prefix: str) -> QueryResult:
        """Query the delivery's files once; `prefix` must be empty."""


@dataclass(frozen=True)
class EmbeddedEngine:
    """DuckDB on this machine: fetches the delivery's files, queries them, uploads the result."""

    export: Export
    source: SourceFormat
    staging: ObjectStore

    async def stage(self, delivery: Delivery, organization: pa.Table, prefix: str) -> QueryResult:
        """Fetch, query in a thread, upload."""
        with tempfile.TemporaryDirectory(prefix="daybook-query-") as name:
            folder = Path(name)
            files = await self.export.fetch(delivery, folder)
            control, staged = await asyncio.to_thread(
                _query, self.source, delivery, files, organization, folder / "staged"
            )
            days = (
                [
                    await self._upload(day, staged.get(day, []), prefix)
                    for day in days_between(delivery.period.first, control.last_day)
                ]
                if control.last_day
                else []
            )
            return QueryResult(control, tuple(days), sum(file.stat().st_size for file in files))

    async def _upload(self, day: date, files: list[Path], prefix: str) -> StagedDay:
        keys = []
        for number, file in enumerate(files):
            key = f"{prefix}day={day}/part-{number:05d}.parquet"
            await self.staging.put(key, file.read_bytes())
            keys.append(key)
        tables = [pq.read_table(file) for file in files]
        rows = pa.concat_tables(tables) if tables else None
        return StagedDay(
            day=day,
            keys=tuple(keys),
            rows=rows.num_rows if rows else 0,
            totals=amounts_of(rows) if rows else (),
        )


def _query(
    source: SourceFormat,
    delivery: Delivery,
    files: list[Path],
    organization: pa.Table,
    folder: Path,
) -> tuple[Control, dict[date, list[Path]]]:
    with EmbeddedQuery(source, delivery.period, files) as query:
        return query.control(), query.stage(organization, folder)
