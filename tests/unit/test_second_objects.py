"""Several objects in a day's place: the ledger says which is the day's own, or nobody does."""

from collections.abc import Sequence
from datetime import date

import pytest

from services.auditor.finding import Finding
from services.auditor.listed import Values
from shared.archive import changed_since, read_earlier_day
from shared.days import Period, days_between
from shared.errors import Reject
from shared.locations import BREAKDOWNS, breakdown_key, day_record_key, partition
from shared.memory import MemoryStore
from tests.support.audited import (
    FIRST,
    LAST,
    MemoryAround,
    audited,
    in_memory,
    look_at,
    moment_after,
)
from tests.support.units.adopted import adopt, five, old_archive, old_day, old_key
from tests.support.units.aio import in_loop
from tests.support.units.events import archive, queried
from tests.support.units.rows import row

DAYS = list(days_between(FIRST, LAST))
DAY = DAYS[4]
OURS, EARLIER = f"ou-breakdown-{DAY}.parquet", "copy.parquet"
OTHER = old_day(DAY, five(999.0))


async def adopted() -> MemoryAround:
    """Return an archive of adopted days, and what the catalog has of it."""
    store = MemoryStore(bucket="archive", now=lambda: moment_after(LAST))
    await old_archive(store, DAYS)
    await adopt(store)
    places: dict[Values, str] = {
        (str(d.year), str(d.month), str(d.day)): f"s3://archive/{BREAKDOWNS}{partition(d)}"
        for d in DAYS
    }
    tables = {"ou_breakdown": places, "ou_outlook": {}}
    return MemoryAround(store, tables, rows=dict.fromkeys(DAYS, 2))


async def found_of(world: MemoryAround, *, full: bool = False) -> Sequence[Finding]:
    return (await audited(look_at(world), full=full)).findings


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("name", [EARLIER, OURS])
@in_loop
async def test_the_adopted_original_is_never_called_the_second(name: str, full: bool) -> None:
    world = await adopted()
    await world.store.put(old_key(DAY, name), OTHER)
    world.rows[DAY] = 3

    (finding,) = await found_of(world, full=full)

    assert (finding.kind, finding.day) == ("second-object", DAY)
    assert finding.remedy.startswith(f"aws s3 rm s3://archive/{old_key(DAY, name)} ")
    assert "data.parquet, which is the day's own by the ledger" in finding.found
    world.forget(old_key(DAY, name))
    world.rows[DAY] = 2
    assert await found_of(world, full=full) == ()


@in_loop
async def test_of_equal_bytes_the_one_with_daybooks_name_stays() -> None:
    world = await in_memory()
    held = world.store.versions[breakdown_key(DAY)][-1]
    await world.store.put(old_key(DAY, EARLIER), held.body, metadata=held.metadata)

    (finding,) = await found_of(world)

    assert finding.remedy.startswith(f"aws s3 rm s3://archive/{old_key(DAY, EARLIER)} ")


@pytest.mark.parametrize("record", [True, False])
@in_loop
async def test_where_the_ledger_decides_nothing_all_are_named_and_none_is_to_go(
    record: bool,
) -> None:
    world = await adopted()
    await world.store.put(old_key(DAY, EARLIER), OTHER)
    if record:
        await world.store.put(old_key(DAY), old_day(DAY, five(998.0)))
    else:
        world.forget(day_record_key(DAY))

    found = await found_of(world)

    assert [each.kind for each in found] == ["second-object", *([] if record else ["ledger-gone"])]
    assert not any(each.repairable or "aws s3 rm" in each.remedy for each in found)
    assert all(old_key(DAY, name) in found[0].found for name in (EARLIER, "data.parquet"))


@in_loop
async def test_a_day_of_a_workers_that_is_in_none_of_them_is_asked_for() -> None:
    world = await in_memory()
    for name in (OURS, EARLIER):
        await world.store.put(old_key(DAY, name), OTHER)

    second, altered = await found_of(world)

    assert (second.kind, altered.kind, altered.repairable) == (
        "second-object",
        "object-altered",
        True,
    )
    assert "aws s3 rm" not in second.remedy


async def run_over(store: MemoryStore) -> None:
    days = {day: [row("7")] for day in days_between(date(2026, 6, 1), LAST)}
    await archive(store, await queried(store, days, complete_through=LAST))


@pytest.mark.parametrize("name", [EARLIER, OURS])
@in_loop
async def test_who_reads_the_day_reads_what_was_adopted(name: str) -> None:
    store = (await adopted()).store
    await store.put(old_key(DAY, name), OTHER)

    read = await read_earlier_day(store, DAY)

    assert read
    assert read.rows.num_rows == 2


@pytest.mark.parametrize("name", [EARLIER, OURS])
@in_loop
async def test_an_export_that_delivers_the_day_makes_no_third_object(name: str) -> None:
    store = (await adopted()).store
    await store.put(old_key(DAY, name), OTHER)

    await run_over(store)

    there = await store.list(f"{BREAKDOWNS}{partition(DAY)}")
    assert [item.key for item in there] == sorted([old_key(DAY, name), old_key(DAY)])
    read = await read_earlier_day(store, DAY)
    assert read
    assert read.rows["UnblendedCost"].to_pylist() == [7]
    assert await changed_since(store, Period.of(DAY), {DAY: read.etag}) == []
    assert await changed_since(store, Period.of(DAY), {DAY: "another"}) == [DAY]


@in_loop
async def test_a_copy_under_daybooks_name_is_no_change_of_what_was_adopted() -> None:
    store = (await adopted()).store
    await store.put(breakdown_key(DAY), OTHER)

    read = await read_earlier_day(store, DAY)

    assert read
    assert await changed_since(store, Period.of(DAY), {DAY: read.etag}) == []


@in_loop
async def test_whoever_died_before_the_ledger_knew_goes_on() -> None:
    store = (await adopted()).store
    await store.put(old_key(DAY, EARLIER), OTHER)
    record = store.versions[day_record_key(DAY)][-1]
    await run_over(store)
    await store.put(record.key, record.body)

    await run_over(store)

    assert len(store.versions[old_key(DAY)]) == 2
    assert await read_earlier_day(store, DAY)


@in_loop
async def test_where_nothing_says_which_is_the_days_it_is_refused_with_words() -> None:
    world = await adopted()
    await world.store.put(old_key(DAY, EARLIER), OTHER)
    world.forget(day_record_key(DAY))

    with pytest.raises(Reject, match=f"copy.parquet, .*data.parquet lie in the place of {DAY}"):
        await run_over(world.store)

    assert not any(key.endswith(OURS) for key in world.store.versions)
