"""A manifest that lists another period's or another export's files: refused, and nothing read."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.query.export import Export
from services.query.folder import FolderExportStore
from services.query.handler import QueryPeriods
from services.query.layouts import DATA_EXPORTS, LEGACY, Layout
from services.query.readiness import Readiness
from shared.errors import Reject
from shared.memory import MemoryBell, MemoryStore
from tests.support.units.aio import in_loop
from tests.support.units.events import tick
from tests.support.units.leases import new_lease
from tests.support.units.queries import Engine, Placed


@dataclass(frozen=True)
class Laid:
    """Where an export's manifest of March lies, and its file and that of February."""

    layout: Layout
    manifest: str
    march: str
    february: str

    @property
    def fields(self) -> tuple[str, str]:
        """The fields of the delivery's id and of its files."""
        legacy = self.layout is LEGACY
        return ("assemblyId", "reportKeys") if legacy else ("executionId", "dataFiles")

    def write(self, root: Path, *, lists: str) -> None:
        """Write both months' files, and the manifest of March."""
        for path in (self.march, self.february, self.manifest):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(b"never read")
        delivery, files = self.fields
        body = json.dumps({delivery: "e", files: [lists]})
        (root / self.manifest).write_text(body, encoding="utf-8")


LAID = {
    "CUR 2.0": Laid(
        DATA_EXPORTS,
        "metadata/BILLING_PERIOD=2026-03/cur-Manifest.json",
        "data/BILLING_PERIOD=2026-03/x.parquet",
        "data/BILLING_PERIOD=2026-02/x.parquet",
    ),
    "CUR 2.0, created anew": Laid(
        DATA_EXPORTS,
        "metadata/BILLING_PERIOD=2026-03/2026-03-17T06:00:00.000Z-e/cur-Manifest.json",
        "data/BILLING_PERIOD=2026-03/2026-03-17T06:00:00.000Z-e/x.parquet",
        "data/BILLING_PERIOD=2026-02/2026-03-17T06:00:00.000Z-e/x.parquet",
    ),
    "FOCUS": Laid(
        DATA_EXPORTS,
        "metadata/billing_period=2026-03/cur-Manifest.json",
        "data/billing_period=2026-03/x.parquet",
        "data/billing_period=2026-02/x.parquet",
    ),
    "legacy CUR, kept": Laid(
        LEGACY,
        "20260301-20260401/cur-Manifest.json",
        "20260301-20260401/e/x.csv.gz",
        "20260201-20260301/e/x.csv.gz",
    ),
    "legacy CUR for Athena": Laid(
        LEGACY,
        "20260301-20260401/cur-Manifest.json",
        "cur/year=2026/month=3/x.snappy.parquet",
        "cur/year=2026/month=02/x.snappy.parquet",
    ),
}


@pytest.mark.parametrize("laid", LAID.values(), ids=LAID)
@pytest.mark.parametrize("of", ["period", "export"])
@in_loop
async def test_another_ones_files_are_refused_and_nothing_is_read(
    laid: Laid, of: str, tmp_path: Path
) -> None:
    theirs = f"b/other/{laid.march.removeprefix('cur/')}"
    other = f"b/cur/{laid.february}" if of == "period" else theirs
    laid.write(tmp_path, lists=other)
    export, engine, store = (
        Export(FolderExportStore(tmp_path), laid.layout),
        Engine(),
        MemoryStore(),
    )
    handle = QueryPeriods(export, engine, Placed(), store, Readiness(None), MemoryBell())

    with pytest.raises(Reject) as refused:
        await handle(tick(), new_lease())

    problem = "the billing period 2026-02" if of == "period" else "the export other"
    where = f"{laid.manifest}, {laid.fields[1]}: {other!r} is of {problem}, the manifest of "
    assert str(refused.value).startswith(where)
    assert "copy its manifest of 2026-03 there again" in str(refused.value)
    assert (engine.prefixes, store.versions) == ([], {})


@pytest.mark.parametrize("laid", LAID.values(), ids=LAID)
@in_loop
async def test_its_own_files_are_read(laid: Laid, tmp_path: Path) -> None:
    laid.write(tmp_path, lists=f"b/cur/{laid.march}")
    export, engine = Export(FolderExportStore(tmp_path), laid.layout), Engine()
    handle = QueryPeriods(export, engine, Placed(), MemoryStore(), Readiness(None), MemoryBell())

    await handle(tick(), new_lease())

    assert len(engine.prefixes) == 1
