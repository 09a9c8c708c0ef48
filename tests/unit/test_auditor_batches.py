"""Each batch of repairs is one run: nothing is staged over another's, and it refreshes once."""

from datetime import date

import pytest

from services.auditor.finding import of_a_backfill
from services.auditor.handler import AuditArchive
from services.auditor.repair import batches
from services.catalog.handler import CatalogPeriod
from services.query.asked import asked_for
from shared.days import ONE_DAY, Period, periods_between
from shared.errors import Retry
from shared.events import BackfillRequested, Event
from shared.locations import breakdown_key
from shared.memory import MemoryBell, MemoryStore
from tests.support.audited import LAST, MemoryAround, audit_request, clean_world, look_at
from tests.support.units.aio import in_loop
from tests.support.units.catalogs import FakePartitions, FakeRefresher
from tests.support.units.events import archive, assess, queried
from tests.support.units.leases import new_lease
from tests.support.units.queries import Query
from tests.support.units.rows import row

DAY = date(2026, 6, 3)
JUNE = Period(2026, 6)
MONTHS = list(periods_between(date(2025, 5, 1), date(2026, 6, 1)))


@pytest.fixture
def clean() -> MemoryAround:
    return clean_world()


async def asked(clean: MemoryAround, *lost: date, number: int = 1) -> list[BackfillRequested]:
    """Return what the audit asks for where objects are gone and the last two days never ran."""
    world = clean.copy()
    for day in lost:
        del world.store.versions[breakdown_key(day)]
    handle = AuditArchive(look_at(world, LAST + 2 * ONE_DAY), world.store, MemoryBell())
    said = await handle(audit_request(full=False, number=number), new_lease())
    return [event for event in said if isinstance(event, BackfillRequested)]


@in_loop
async def test_two_wishes_of_one_month_are_two_runs(clean: MemoryAround) -> None:
    may, june, never = await asked(clean, date(2026, 5, 30), DAY)

    assert [Period.of(each.data.last_day) for each in (june, never)] == [JUNE, JUNE]
    assert may.runid == june.runid != never.runid
    assert len({each.id for each in (may, june, never)}) == 3
    assert [(each.data.part, each.data.of) for each in (may, june, never)] == [
        (1, 2),
        (2, 2),
        (1, 1),
    ]
    assert {each.causeid for each in (may, june, never)} == {"audit-1"}


@in_loop
async def test_the_same_is_asked_for_in_the_same_run_and_other_things_in_another(
    clean: MemoryAround,
) -> None:
    first, again = await asked(clean, DAY), await asked(clean, DAY)
    other, later = await asked(clean, DAY, date(2026, 5, 30)), await asked(clean, DAY, number=2)

    assert [each.runid for each in first] == [each.runid for each in again]
    assert first[0].runid not in {other[0].runid, later[0].runid}


@in_loop
async def test_a_wish_does_not_find_what_another_of_its_month_has_staged(
    clean: MemoryAround,
) -> None:
    june, never = await asked(clean, DAY)
    query = Query(JUNE)

    for wish in (june, never):
        query.engine.last_day = wish.data.last_day
        await query.hear(wish)

    assert len(query.committed) == 2


@in_loop
async def test_a_wish_is_not_held_up_by_what_another_found_wanting(clean: MemoryAround) -> None:
    june, never = await asked(clean, DAY)
    query = Query(JUNE, last_day=DAY)

    with pytest.raises(Retry, match="does not reach 2026-06-10"):
        await query.hear(never)
    (said,) = await query.hear(june)

    assert said.data.day == DAY


async def repaired(wish: BackfillRequested, store: MemoryStore) -> Event:
    """Return what the catalog worker hears of a wish."""
    part = asked_for(wish)
    event = await queried(
        store, {part.day: [row("1")]}, run=wish.runid, batch=part.batch, replay=True, notify=False
    )
    return await assess(store, await archive(store, event))


@in_loop
async def test_fourteen_damaged_months_refresh_the_dashboards_once() -> None:
    found = [of_a_backfill("object-gone", month.first, "gone") for month in MONTHS]
    (batch,) = batches(found)
    store, refresher = MemoryStore(), FakeRefresher("COMPLETED")
    handle = CatalogPeriod(FakePartitions(), refresher, ("breakdown",), store, MemoryBell())

    for wish in batch:
        event = BackfillRequested.model_validate(
            {"id": f"wish-{wish.part}", "source": "tests", "data": wish, "runid": "repair"}
        )
        await handle(await repaired(event, store), new_lease())

    assert len(batch) == 14
    assert refresher.asked == [("breakdown", "daybook-repair")]
