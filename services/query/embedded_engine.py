"""The embedded engine: fetches an export's files, queries them here, uploads the rows."""

import asyncio
import tempfile
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from services.query.embedded import EmbeddedQuery
from services.query.engine import Control, QueryResult
from services.query.export import Export
from services.query.manifest import Delivery
from services.query.reconciled import no_sums, reconciled_day
from services.query.sources import SourceFormat
from services.query.unreadable import OpenQuery, naming_the_file
from shared.breakdown import STAGED
from shared.drivers import drivers_table
from shared.event_data import Reference
from shared.parquet import sha256, to_parquet
from shared.ports import Message, ObjectStore
from shared.staging import StagedDay


@dataclass(frozen=True)
class Scanned:
    """What was read of an export: files to query here, how to open them, and what it took."""

    files: list[Path]
    open: OpenQuery
    bytes: int
    cost: Decimal | None = None


class DayFiles(NamedTuple):
    """A day's breakdown, its control sums, and what drives its cost."""

    rows: list[Path]
    sums: list[Path]
    drivers: list[Path]


@dataclass(frozen=True)
class EmbeddedEngine:
    """DuckDB on this machine: fetches the delivery's files, queries them, uploads the result.

    Refuses a delivery that does not state the configured cost `metric`.
    """

    export: Export
    source: SourceFormat
    staging: ObjectStore
    metric: str

    async def stage(
        self, delivery: Delivery, organization: pa.Table, prefix: str, message: Message
    ) -> QueryResult:
        """Fetch, query in a thread, upload."""
        with tempfile.TemporaryDirectory(prefix="daybook-query-") as name:
            folder = Path(name)
            scanned = await self.scan(delivery, message, folder)
            control, staged = await asyncio.to_thread(
                _query, scanned.open, delivery, scanned.files, organization, folder
            )
            control.require(self.metric, delivery.manifest)
            days = [await self._upload(day, staged[day], prefix) for day in sorted(staged)]
            drivers = await self._drivers(staged, prefix)
            return QueryResult(control, tuple(days), scanned.bytes, scanned.cost, drivers)

    async def scan(self, delivery: Delivery, message: Message, folder: Path) -> Scanned:
        """Bring what is to be queried into `folder`: here, the export's files themselves."""
        del message
        files = await self.export.fetch(delivery, folder)
        size = sum(file.stat().st_size for file in files)
        return Scanned(files, partial(EmbeddedQuery, self.source), size)

    async def _drivers(self, staged: dict[date, DayFiles], prefix: str) -> Reference:
        """Upload what drives the period's cost as one object, in order."""
        files = [file for day in sorted(staged) for file in staged[day].drivers]
        body = await asyncio.to_thread(_drivers_of, files)
        key = f"{prefix}drivers.parquet"
        await self.staging.put(key, body)
        return Reference(uri=f"s3://{self.staging.bucket}/{key}", sha256=sha256(body))

    async def _upload(self, day: date, files: DayFiles, prefix: str) -> StagedDay:
        keys = []
        for number, file in enumerate(files.rows):
            key = f"{prefix}day={day}/part-{number:05d}.parquet"
            await self.staging.put(key, file.read_bytes())
            keys.append(key)
        rows = _read(files.rows, STAGED.empty_table())
        sums = _read(files.sums, no_sums())
        return await reconciled_day(self.staging, prefix, day, tuple(keys), rows=rows, sums=sums)


def _read(files: list[Path], none: pa.Table) -> pa.Table:
    tables = [pq.read_table(file, partitioning=None) for file in files]
    return pa.concat_tables(tables) if tables else none


def _drivers_of(files: list[Path]) -> bytes:
    return to_parquet(drivers_table([pq.read_table(file, partitioning=None) for file in files]))


def _query(
    open_query: OpenQuery,
    delivery: Delivery,
    files: list[Path],
    organization: pa.Table,
    folder: Path,
) -> tuple[Control, dict[date, DayFiles]]:
    with naming_the_file(open_query, delivery.period, files) as query:
        control = query.control()
        rows = query.stage(organization, folder / "staged")
        sums = query.sums(folder / "sums")
        drivers = query.drivers(folder / "drivers")
    return control, {
        day: DayFiles(*(by_day.get(day, []) for by_day in (rows, sums, drivers)))
        for day in rows.keys() | sums.keys()
    }
