"""What a backfill cannot mend, or not yet, is not asked for, and the remedy is one that works."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from daybook.adopt.archive import Adoption
from services.auditor.finding import Finding
from services.auditor.repair import batches
from shared.days import ONE_DAY, Period, days_between
from shared.errors import Retry
from shared.events import BackfillData, BackfillRequested
from shared.locations import breakdown_key, day_record_key
from tests.support.audited import (
    FIRST,
    LAST,
    MemoryAround,
    audited,
    in_memory,
    look_at,
    moment_after,
    rows_of,
)
from tests.support.units.aio import in_loop
from tests.support.units.catalogs import FakePartitions
from tests.support.units.events import archive, queried
from tests.support.units.queries import Query

MAY, JUNE = Period(2026, 5), Period(2026, 6)
DAY = date(2026, 6, 6)
FAR = date(2026, 6, 20)


async def found_in(world: MemoryAround, last: date = LAST) -> Sequence[Finding]:
    """Return what the audit finds that expects `last`."""
    look = replace(look_at(world), now=lambda: moment_after(last))
    return (await audited(look, full=False)).findings


async def without_delivery(*months: Period) -> MemoryAround:
    world = await in_memory()
    assert world.deliveries is not None
    for month in months:
        del world.deliveries[month]
    return world


def lose(world: MemoryAround, *days: date) -> None:
    for day in days:
        world.forget(breakdown_key(day))
        world.forget(day_record_key(day))


def asked(found: Sequence[Finding]) -> list[tuple[date, date]]:
    return [(wish.first_day, wish.last_day) for batch in batches(found) for wish in batch]


@in_loop
async def test_of_a_month_that_the_export_no_longer_holds_an_earlier_version_is_looked_for() -> (
    None
):
    world = await without_delivery(MAY)
    world.forget(breakdown_key(FIRST))

    (finding,) = await found_in(world)

    assert (finding.kind, finding.repairable) == ("object-gone", False)
    assert finding.remedy.startswith("The export holds no 2026-05 any more: look for an earlier")


@pytest.mark.parametrize(("month", "day"), [(MAY, FIRST), (JUNE, DAY)], ids=["gone", "to come"])
@in_loop
async def test_a_lost_record_is_written_anew_from_the_object_that_is_there(
    month: Period, day: date
) -> None:
    world = await without_delivery(month)
    world.forget(day_record_key(day))

    (finding,) = await found_in(world)

    assert (finding.kind, finding.repairable) == ("ledger-gone", False)
    assert finding.remedy.startswith("daybook adopt --currency CODE --yes, which records")
    work = Adoption(world.store, "USD", lambda _: None)
    await work.carry_out(await work.plan(), FakePartitions())
    assert (await audited(look_at(world))).clean


@pytest.mark.parametrize("lost", [[DAY], []])
@in_loop
async def test_of_a_month_after_its_newest_the_export_has_stopped(lost: list[date]) -> None:
    world = await without_delivery(JUNE)
    for day in lost:
        world.forget(breakdown_key(day))

    found = await found_in(world, LAST if lost else LAST + ONE_DAY)

    assert [each.kind for each in found] == ["object-gone" if lost else "day-never-run"]
    assert not any(each.repairable for each in found)
    words = "The export has not delivered 2026-06 yet, its newest month is 2026-05: look at"
    assert found[0].remedy.startswith(words)


@in_loop
async def test_days_after_the_months_last_delivery_are_not_asked_for() -> None:
    """No delivery holds usage of days after it."""
    world = await in_memory()
    assert world.deliveries is not None
    world.deliveries[JUNE] = datetime(2026, 6, 10, 7, tzinfo=UTC)

    found = await found_in(world, FAR)

    assert {each.kind for each in found} == {"day-never-run"}
    late = [each for each in found if not each.repairable]
    assert [each.day for each in late] == list(days_between(date(2026, 6, 11), FAR))
    assert late[0].remedy.startswith("The export has delivered 2026-06 last on 2026-06-10, before")
    assert asked(found) == [(LAST + ONE_DAY, LAST + ONE_DAY), (date(2026, 6, 10),) * 2]


@in_loop
async def test_lost_days_that_the_export_has_are_asked_for_apart_from_those_nobody_has() -> None:
    world = await in_memory()
    lose(world, DAY, DAY + ONE_DAY)

    within, beyond = batches(await found_in(world, FAR))

    query = Query(JUNE, last_day=DAY + ONE_DAY)
    assert [event.data.day for event in await query.hear(wish(within))] == [DAY + ONE_DAY]
    with pytest.raises(Retry, match=f"does not reach {FAR}"):
        await query.hear(wish(beyond))
    assert (beyond[0].first_day, beyond[0].last_day) == (LAST + ONE_DAY, FAR)


def wish(batch: Sequence[BackfillData]) -> BackfillRequested:
    (data,) = batch
    run = f"run-{data.last_day}"
    event = {"id": run, "source": "tests", "data": data, "runid": run}
    return BackfillRequested.model_validate(event)


@in_loop
async def test_the_newest_days_are_within_reach_where_anything_is_left_of_them() -> None:
    world = await in_memory()
    lose(world, DAY, LAST)

    assert asked(await found_in(world, FAR)) == [(DAY, LAST), (LAST + ONE_DAY, FAR)]


@in_loop
async def test_where_no_scan_of_the_month_is_asked_for_its_next_day_is() -> None:
    """With it comes whatever else the export has of the month."""
    found = await found_in(await in_memory(), FAR)

    assert asked(found) == [(LAST + ONE_DAY,) * 2, (LAST + 2 * ONE_DAY, FAR)]


@in_loop
async def test_a_month_before_the_exports_newest_is_within_reach() -> None:
    world = await in_memory()
    assert world.deliveries is not None
    world.deliveries[JUNE.next] = datetime(2026, 7, 2, 7, tzinfo=UTC)

    found = await found_in(world, JUNE.last)

    assert asked(found) == [(LAST + ONE_DAY, JUNE.last)]


@pytest.mark.parametrize("ahead", [0, 1])
@in_loop
async def test_a_day_that_is_not_over_is_not_asked_for(ahead: int) -> None:
    """The command refuses to run it again, and the worker would wait for a day to come."""
    world = await in_memory()
    day = LAST + timedelta(days=2 + ahead)
    version = "20260703T060000.000000Z/run/20260703T070000.000000Z"
    days = {each: rows_of(each) for each in days_between(JUNE.first, day)}
    await archive(world.store, await queried(world.store, days, run="later", version=version))

    found = [each for each in await found_in(world) if each.kind == "partition-gone"]

    over = [each for each in found if each.repairable]
    assert [each.day for each in over] == [LAST + ONE_DAY]
    for each in found[1:]:
        again = f"once the day is over (UTC), daybook replay {each.day} "
        assert each.remedy.startswith(f"The next run writes it anew; {again}")
