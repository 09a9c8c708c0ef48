"""The breakdown of a few lines, straight from the embedded engine."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from services.query.embedded import EmbeddedQuery
from services.query.engine import Control
from services.query.organization import Placement, organization_table
from services.query.sources import SOURCES
from shared.days import Period

MARCH = Period(2026, 3)


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
    paths = [folder / f"file-{number}" for number in range(len(files))]
    for path, body in zip(paths, files, strict=True):
        path.write_bytes(body)
    with EmbeddedQuery(SOURCES[source], MARCH, paths) as query:
        control = query.control()
        staged = query.stage(organization_table(places), folder / "staged")
        tables = [pq.read_table(file, partitioning=None) for day in staged.values() for file in day]
        assert_filed_by_day(staged)
    return control, pa.concat_tables(tables).to_pylist() if tables else []


def assert_filed_by_day(staged: dict[date, list[Path]]) -> None:
    """Check that a day's files hold that day."""
    for day, files in staged.items():
        for file in files:
            found = pq.read_table(file, partitioning=None)["BillingDate"].to_pylist()
            assert set(found) == {day}
