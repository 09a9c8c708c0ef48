"""The catalog worker's handler."""

from dataclasses import replace

import pytest

from services.catalog.access import Access, rules
from services.catalog.handler import CatalogPeriod
from shared.days import Period
from shared.errors import Reject
from shared.events import Batch, PeriodAssessed, PeriodCataloged
from shared.ledger import Ledger
from shared.locations import run_record_key
from shared.memory import MemoryBell, MemoryStore
from shared.run_record import RunRecord
from tests.support.units.aio import in_loop
from tests.support.units.catalogs import FakePartitions, FakeRefresher
from tests.support.units.events import SECOND_DELIVERY, archive, assess, queried, tick
from tests.support.units.leases import new_lease
from tests.support.units.rows import DAY, row

MARCH = Period(2026, 3)
DATASETS = ("breakdown", "outlook")


class Catalog:
    """A catalog worker with its collaborators in reach."""

    def __init__(self, status: str = "COMPLETED") -> None:
        self.partitions, self.bell = FakePartitions(), MemoryBell()
        self.refresher = FakeRefresher(status)
        self.store = MemoryStore()
        self.handle = CatalogPeriod(
            self.partitions, self.refresher, DATASETS, self.store, self.bell
        )

    async def hear(self, event: PeriodAssessed) -> PeriodCataloged:
        (said,) = await self.handle(event, new_lease())
        assert isinstance(said, PeriodCataloged)
        return said


async def assessed(store: MemoryStore, cost: str = "1", run: str = "run-1") -> PeriodAssessed:
    version = {"run-1": "20260317"}.get(run, SECOND_DELIVERY)
    event = await queried(store, {DAY: [row(cost)]}, run=run, version=version)
    return await assess(store, await archive(store, event))


@in_loop
async def test_the_partitions_of_both_tables_are_ensured() -> None:
    catalog = Catalog()

    said = await catalog.hear(await assessed(MemoryStore()))

    assert catalog.partitions.asked == [("ou_breakdown", [DAY]), ("ou_outlook", [DAY])]
    assert said.data.partitions == 2


@in_loop
async def test_every_data_set_is_refreshed_once_under_the_runs_name() -> None:
    catalog = Catalog()

    said = await catalog.hear(await assessed(MemoryStore()))

    assert catalog.refresher.asked == [(name, "daybook-run-1-2026-03") for name in DATASETS]
    assert [refresh.status for refresh in said.data.refreshes] == ["COMPLETED", "COMPLETED"]
    assert catalog.bell.alarms == []


@in_loop
async def test_a_backfill_is_refreshed_once_when_all_of_its_parts_are_there() -> None:
    catalog, said = Catalog(), []
    for part in (2, 1, 3):
        event = await part_of_backfill(part)
        said += [await catalog.hear(event), await catalog.hear(event)]

    assert [len(event.data.refreshes) for event in said] == [0, 0, 0, 0, 2, 2]
    assert set(catalog.refresher.asked) == {(name, "daybook-run-1") for name in DATASETS}


@in_loop
async def test_a_backfill_whose_last_part_changed_nothing_is_refreshed_for_the_others() -> None:
    catalog = Catalog()
    await catalog.hear(await part_of_backfill(1))
    await catalog.hear(await part_of_backfill(2))

    said = await catalog.hear(unchanged(await part_of_backfill(3)))

    assert [refresh.status for refresh in said.data.refreshes] == ["COMPLETED", "COMPLETED"]


@in_loop
async def test_a_backfill_that_changed_nothing_refreshes_nothing() -> None:
    catalog = Catalog()

    for part in (1, 2, 3):
        await catalog.hear(unchanged(await part_of_backfill(part)))

    assert catalog.refresher.asked == []


@in_loop
async def test_what_came_of_a_run_is_recorded_with_its_refreshes() -> None:
    catalog = Catalog()

    await catalog.hear(await assessed(MemoryStore()))

    entry = await Ledger(catalog.store).read(run_record_key("run-1", MARCH), RunRecord)
    assert entry
    assert (entry.doc.days_changed, entry.doc.changed, entry.doc.batch) == (1, True, None)
    assert [refresh.dataset for refresh in entry.doc.refreshes] == list(DATASETS)
    assert entry.doc.refreshed_at


async def part_of_backfill(part: int) -> PeriodAssessed:
    """Return one of three months that a backfill asked for."""
    event = await assessed(MemoryStore())
    batch = Batch(part=part, of=3, reason="test", requested_by="tests")
    scope = {"period": Period(2026, part), "batch": batch, "replay": True, "notify": False}
    return event.model_copy(update={"data": event.data.model_copy(update=scope)})


def unchanged(event: PeriodAssessed) -> PeriodAssessed:
    days = tuple(day.model_copy(update={"outcome": "unchanged"}) for day in event.data.days)
    outlooks = tuple(d.model_copy(update={"outcome": "unchanged"}) for d in event.data.outlooks)
    data = event.data.model_copy(update={"days": days, "outlooks": outlooks})
    return event.model_copy(update={"data": data})


@in_loop
async def test_nothing_is_refreshed_when_nothing_changed() -> None:
    store, catalog = MemoryStore(), Catalog()
    await assessed(store)

    said = await catalog.hear(await assessed(store, run="run-2"))

    assert catalog.refresher.asked == []
    assert said.data.refreshes == ()


@in_loop
async def test_a_restated_day_is_refreshed() -> None:
    store, catalog = MemoryStore(), Catalog()
    await assessed(store)

    await catalog.hear(await assessed(store, "2", run="run-2"))

    assert len(catalog.refresher.asked) == len(DATASETS)


@pytest.mark.parametrize("status", ["FAILED", "CANCELLED", "LIMIT_EXCEEDED"])
@in_loop
async def test_a_failed_refresh_rings_and_the_digest_still_goes_on(status: str) -> None:
    catalog = Catalog(status)

    said = await catalog.hear(await assessed(MemoryStore()))

    assert [subject for subject, _ in catalog.bell.alarms] == [
        "Daybook: breakdown was not refreshed",
        "Daybook: outlook was not refreshed",
    ]
    for _, text in catalog.bell.alarms:
        assert status in text
        assert f"still shows {said.data.days[0].day} as before" in text
        assert "refresh breakdown after daybook-run-1" in text or "refresh outlook after" in text
    assert {refresh.status for refresh in said.data.refreshes} == {status}


@in_loop
async def test_the_event_is_passed_on_and_a_repeat_says_the_same() -> None:
    catalog, event = Catalog(), await assessed(MemoryStore())

    first, again = await catalog.hear(event), await catalog.hear(event)

    assert (first.id, first.data) == (again.id, again.data)
    assert first.data.model_dump(exclude={"partitions", "refreshes"}) == event.data.model_dump()


@in_loop
async def test_an_event_of_another_kind_is_rejected() -> None:
    with pytest.raises(Reject, match="day-ready"):
        await Catalog().handle(tick(), new_lease())


def with_access(catalog: Catalog) -> Catalog:
    catalog.handle = replace(catalog.handle, access=Access("access", rules([])))
    return catalog


@in_loop
async def test_who_sees_what_is_renewed_before_the_rows_and_when_none_changed() -> None:
    catalog = with_access(Catalog())
    event = await assessed(MemoryStore())

    await catalog.hear(event)
    await catalog.hear(unchanged(event))

    assert [dataset for dataset, _ in catalog.refresher.asked] == ["access", *DATASETS, "access"]
    assert {name for dataset, name in catalog.refresher.asked if dataset == "access"} == {
        "daybook-run-1"
    }


@in_loop
async def test_rules_that_are_not_imported_ring_and_hold_nothing_back() -> None:
    catalog = with_access(Catalog("FAILED"))

    said = await catalog.hear(unchanged(await assessed(MemoryStore())))

    [(subject, text)] = catalog.bell.alarms
    assert subject == "Daybook: access was not refreshed"
    assert "still sees their OU" in text
    assert said.data.refreshes == ()
