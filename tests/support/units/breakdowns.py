"""The breakdown of a few lines, straight from an engine."""

import asyncio
from collections.abc import Sequence
from contextvars import ContextVar
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from services.query import athena_engine
from services.query.athena_engine import AthenaEngine
from services.query.columns import find_columns, quoted
from services.query.embedded import EmbeddedQuery
from services.query.engine import Control
from services.query.export import Export
from services.query.export_files import PARQUET, columns_of, read_files, typed
from services.query.folder import FolderExportStore
from services.query.manifest import Delivery
from services.query.organization import Placement, organization_table
from services.query.sources import SOURCES, SourceFormat
from shared.days import Period
from shared.memory import MemoryStore
from shared.parquet import from_parquet
from shared.ports import Message
from tests.support.units.athena import MemoryAthena

MARCH = Period(2026, 3)
ENGINES = ("duckdb", "athena")
ENGINE: ContextVar[str] = ContextVar("engine", default="duckdb")
"""Which engine breaks down; the fixture `each_engine` sets it."""
ROOT = "s3://export/daybook"
BrokenDown = tuple[Control, list[dict[str, Any]], dict[date, int]]
"""Control totals, staged rows, and each day's latest hour of usage."""


def place(
    ou_path: str,
    start: date = date.min,
    end: date = date.max,
    *,
    account: str = "111111111111",
    name: str = "",
) -> Placement:
    """Return an account's place."""
    return Placement(2, account, name, "", ou_path, start, end)


def break_down(
    folder: Path, *files: bytes, places: Sequence[Placement] = (), source: str = "cur2"
) -> tuple[Control, list[dict[str, Any]]]:
    """Return the control totals and the staged rows of an export's files."""
    control, rows, _ = _broken_down(folder, files, places, source)
    return control, rows


def last_hours(folder: Path, *files: bytes, source: str = "cur2") -> dict[date, int]:
    """Return the latest hour of usage of each day that has any."""
    own = folder / "hours"
    own.mkdir()
    return _broken_down(own, files, (), source)[2]


def _broken_down(
    folder: Path, files: Sequence[bytes], places: Sequence[Placement], source: str
) -> BrokenDown:
    paths = [folder / f"file-{number}" for number in range(len(files))]
    for path, body in zip(paths, files, strict=True):
        path.write_bytes(body)
    way = _by_athena if ENGINE.get() == "athena" else _by_duckdb
    return way(SOURCES[source], paths, organization_table(places))


def _by_duckdb(source: SourceFormat, paths: list[Path], organization: pa.Table) -> BrokenDown:
    with EmbeddedQuery(source, MARCH, paths) as query:
        control = query.control()
        staged = query.stage(organization, paths[0].parent / "staged")
        tables = [pq.read_table(file, partitioning=None) for day in staged.values() for file in day]
        assert_filed_by_day(staged)
        hours = query.last_hours()
    return control, pa.concat_tables(tables).to_pylist() if tables else [], hours


def _by_athena(source: SourceFormat, paths: list[Path], organization: pa.Table) -> BrokenDown:
    for path in paths:
        as_parquet(source, path)
    store = MemoryStore()
    athena = MemoryAthena(store, {f"{ROOT}/{path.name}": path.read_bytes() for path in paths})
    engine = athena_engine_of(paths[0].parent, athena, source=source)
    names = tuple(path.name for path in paths)
    delivery = Delivery(MARCH, "cur-Manifest.json", "1", datetime(2026, 3, 17, tzinfo=UTC), names)
    message = Message("message-0", "", "", 1)
    with patch.object(athena_engine, "SECONDS_BETWEEN_LOOKS", (0,)):
        result = asyncio.run(engine.stage(delivery, organization, "run/", message))
    keys = [key for day in result.days for key in day.keys]
    tables = [from_parquet(store.versions[key][-1].body) for key in keys]
    assert not athena.tables
    hours = {day.day: day.last_hour for day in result.days if day.last_hour is not None}
    return result.control, pa.concat_tables(tables).to_pylist() if tables else [], hours


def athena_engine_of(
    folder: Path, athena: MemoryAthena, *, source: SourceFormat = SOURCES["cur2"]
) -> AthenaEngine:
    """Return the Athena engine over an export in a folder."""
    export = Export(FolderExportStore(folder))
    return AthenaEngine(
        export, source, athena.staging, "unblended", athena, athena, ROOT, Decimal(5)
    )


def as_parquet(source: SourceFormat, path: Path) -> None:
    """Deliver a CSV as AWS delivers the same in Parquet, which is all that Athena is given."""
    if path.read_bytes().startswith(PARQUET):
        return
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        text = read_files(db, source, [path])
        found = find_columns(path, columns_of(text), [column.name for column in source.columns])
        there = [(c, f) for c, f in zip(source.columns, found, strict=True) if f]
        columns = ", ".join(f"{typed(c, f)} AS {quoted(c.name)}" for c, f in there)
        target = path.with_suffix(".new")
        text.project(columns).to_parquet(str(target))
    target.replace(path)


def assert_filed_by_day(staged: dict[date, list[Path]]) -> None:
    """Check that a day's files hold that day."""
    for day, files in staged.items():
        for file in files:
            found = pq.read_table(file, partitioning=None)["BillingDate"].to_pylist()
            assert set(found) == {day}
