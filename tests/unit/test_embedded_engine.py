"""The embedded engine: one delivery in, staged days out, or a refusal before anything is staged."""

from decimal import Decimal
from pathlib import Path

import pytest

from services.query.embedded_engine import EmbeddedEngine
from services.query.engine import QueryResult
from services.query.export import Export
from services.query.folder import FolderExportStore
from services.query.organization import organization_table
from services.query.sources import CUR2
from shared.days import Period
from shared.errors import InputError
from shared.memory import MemoryStore
from shared.money import add_amounts
from shared.ports import Message
from tests.support.units.aio import in_loop
from tests.support.units.exports import line, parquet, write_export

MARCH = Period(2026, 3)
MESSAGE = Message("message-0", "", "", 1)


async def stage(folder: Path, store: MemoryStore, metric: str) -> QueryResult:
    export = Export(FolderExportStore(folder))
    delivery = await export.delivery(MARCH)
    assert delivery
    engine = EmbeddedEngine(export, CUR2, store, metric)
    return await engine.stage(delivery, organization_table([]), "staging/", MESSAGE)


@in_loop
async def test_the_days_add_up_to_the_control_totals_net_costs_too(tmp_path: Path) -> None:
    lines = [line("2", 3, net_unblended_cost=Decimal("1.5")), line("3", 4)]
    write_export(tmp_path, part_parquet=parquet(lines))
    store = MemoryStore()

    result = await stage(tmp_path, store, "net_unblended")

    assert add_amounts(part for day in result.days for part in day.totals) == result.control.totals
    assert result.control.totals[0].net_unblended == Decimal("4.5")
    sums = {day.sums.key for day in result.days if day.sums}
    assert {key for day in result.days for key in day.keys} | sums == set(store.versions)
    assert len(sums) == len(result.days)


@in_loop
async def test_a_metric_that_the_delivery_does_not_state_is_refused(tmp_path: Path) -> None:
    write_export(tmp_path, part_parquet=parquet([line("2")]))
    store = MemoryStore()

    with pytest.raises(InputError, match=r"cur-Manifest\.json: has no net_unblended cost"):
        await stage(tmp_path, store, "net_unblended")

    assert not store.versions
