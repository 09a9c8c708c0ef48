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
from shared.breakdown import amounts_of
from shared.days import Period
from shared.errors import InputError
from shared.locations import split_uri
from shared.memory import MemoryStore
from shared.money import add_amounts
from shared.parquet import from_parquet
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
    assert result.drivers
    drivers = split_uri(result.drivers.uri)[1]
    assert {key for day in result.days for key in day.keys} | sums | {drivers} == set(
        store.versions
    )
    assert len(sums) == len(result.days)


@in_loop
async def test_what_drives_the_cost_is_one_object_that_adds_up_and_has_units(
    tmp_path: Path,
) -> None:
    box = {"usage_type": "BoxUsage", "usage_amount": 2.0}
    covered = {"line_item_type": "SavingsPlanCoveredUsage", **box}
    negated = {"line_item_type": "SavingsPlanNegation", **box}
    lines = [
        line("2", 3, **box),
        line("3", 3, **box),
        line("5", 3, usage_type="Requests", usage_amount=100.0),
        line("0", 4, usage_type="Free", usage_amount=7.0),
        line("4", 5, **covered),
        line("-4", 5, **negated),
        line("1", 3, line_item_type="Tax"),
    ]
    write_export(tmp_path, part_parquet=parquet(lines))
    store = MemoryStore()

    result = await stage(tmp_path, store, "unblended")

    assert result.drivers
    table = from_parquet(store.versions[split_uri(result.drivers.uri)[1]][-1].body)
    assert amounts_of(table) == result.control.totals
    found = [
        (row["BillingDate"].day, row["ChargeType"], row["UsageType"], int(row["UsageAmount"]))
        for row in table.to_pylist()
    ]
    assert found == [
        (3, "Tax", "", 0),
        (3, "Usage", "BoxUsage", 4),
        (3, "Usage", "Requests", 100),
    ]


@in_loop
async def test_a_metric_that_the_delivery_does_not_state_is_refused(tmp_path: Path) -> None:
    write_export(tmp_path, part_parquet=parquet([line("2")]))
    store = MemoryStore()

    with pytest.raises(InputError, match=r"cur-Manifest\.json: has no net_unblended cost"):
        await stage(tmp_path, store, "net_unblended")

    assert not store.versions
