"""A damaged file is named by the shipped engine, and holds no other month back."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import duckdb
import pytest

from services.query.embedded import EmbeddedQuery
from services.query.embedded_engine import EmbeddedEngine
from services.query.export import Export
from services.query.folder import FolderExportStore
from services.query.handler import QueryPeriods
from services.query.readiness import Readiness
from services.query.sources import CUR2
from services.query.unreadable import naming_the_file
from shared.day_record import PeriodRecord
from shared.errors import InputError
from shared.events import PeriodQueried, Reference
from shared.ledger import Ledger
from shared.locations import period_record_key
from shared.memory import MemoryBell, MemoryStore
from tests.support.units.aio import in_loop
from tests.support.units.events import tick
from tests.support.units.exports import gzipped, line, parquet, text, write_export
from tests.support.units.leases import new_lease
from tests.support.units.queries import FEBRUARY, MARCH, Placed

LINES = [line("77.25", usage_start_date=datetime(2026, 2, day, tzinfo=UTC)) for day in range(1, 28)]
DAMAGES = {
    "cut in its last line": text(LINES)[:-40],
    "a truncated gzip": gzipped(LINES)[:-20],
    "a truncated Parquet file": parquet(LINES)[:-50],
    "not a number": text(LINES).replace(b"77.25", b"NaN", 1),
    "no Parquet": b"PAR1garbage",
    "empty": b"",
}


@pytest.mark.parametrize("damage", DAMAGES)
@in_loop
async def test_a_damaged_month_before_is_named_and_holds_nothing_back(
    damage: str, tmp_path: Path
) -> None:
    write_export(tmp_path, "2026-02", part=DAMAGES[damage])
    write_export(tmp_path, "2026-03", part=parquet([line(day=15), line(day=17)]))
    export, store, bell = Export(FolderExportStore(tmp_path)), MemoryStore(), MemoryBell()
    engine = EmbeddedEngine(export, CUR2, store, "unblended")
    staging = Reference(uri="s3://x/manifest.json", sha256="0" * 64)
    record = PeriodRecord(source_version="20260310T", run="before", staging=staging)
    await Ledger(store).create(period_record_key(FEBRUARY), record)

    said = await QueryPeriods(export, engine, Placed(), store, Readiness(None), bell)(
        tick(), new_lease()
    )

    assert [event.data.period for event in said if isinstance(event, PeriodQueried)] == [MARCH]
    ((subject, why),) = bell.alarms
    assert subject == "Daybook: 2026-02 cannot be read again"
    assert "BILLING_PERIOD=2026-02/part" in why


def test_the_one_of_many_files_that_is_damaged_is_named(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("whole", "damaged", "whole too")]
    for file in files:
        file.write_bytes(parquet(LINES)[: -50 if file.name == "damaged" else None])

    with (
        pytest.raises(InputError, match=r"/damaged: cannot be read: .*copy it again"),
        naming_the_file(partial(EmbeddedQuery, CUR2), MARCH, files) as query,
    ):
        query.control()


@pytest.mark.parametrize("error", [duckdb.IOException, duckdb.OutOfMemoryException])
def test_what_is_no_files_fault_is_raised_as_it_is(
    error: type[duckdb.Error], tmp_path: Path
) -> None:
    file = tmp_path / "whole"
    file.write_bytes(parquet(LINES))

    with (
        pytest.raises(error, match="no space left"),
        naming_the_file(partial(EmbeddedQuery, CUR2), MARCH, [file]),
    ):
        raise error("no space left")
