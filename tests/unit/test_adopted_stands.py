"""Days of before Daybook that the ledger does not know are emptied by no run, nor by a repair."""

from datetime import date

import pytest
import structlog

from services.auditor.finding import Finding
from services.auditor.repair import batches
from shared.archive import read_earlier_day
from shared.days import days_between
from shared.events import ArchivedData
from shared.locations import breakdown_key, day_record_key
from shared.memory import MemoryStore
from tests.support.audited import MemoryAround, audited, look_at
from tests.support.units.adopted import adopt, exported, old_day, old_key, record
from tests.support.units.aio import in_loop
from tests.support.units.events import SECOND_DELIVERY, archive, queried
from tests.support.units.rows import DAY

FIRST, BEGINS = date(2026, 3, 1), date(2026, 3, 13)
LOST = date(2026, 3, 5)
OLD = list(days_between(FIRST, date(2026, 3, 12)))
"""Days that were there before."""
EXPORTED = list(days_between(BEGINS, DAY))


async def adopted_and_run() -> MemoryStore:
    store = MemoryStore(bucket="archive")
    for day in OLD:
        await store.put(old_key(day), old_day(day))
    await adopt(store)
    await archive(store, await queried(store, exported(BEGINS)))
    return store


async def run_again(store: MemoryStore) -> ArchivedData:
    event = await queried(store, exported(BEGINS), run="run-2", version=SECOND_DELIVERY)
    return (await archive(store, event)).data


async def ledger_gone(store: MemoryStore) -> list[Finding]:
    """Return what an audit says of days that are not in the ledger."""
    world = MemoryAround(store, {"ou_breakdown": {}, "ou_outlook": {}})
    report = await audited(look_at(world, DAY), full=False)
    return [finding for finding in report.findings if finding.kind == "ledger-gone"]


@in_loop
async def test_a_day_whose_record_is_lost_is_not_emptied() -> None:
    store = await adopted_and_run()
    del store.versions[day_record_key(LOST)]

    with structlog.testing.capture_logs() as logs:
        said = await run_again(store)

    assert [held.body for held in store.versions[old_key(LOST)]] == [old_day(LOST)]
    assert day_record_key(LOST) not in store.versions
    assert [day.day for day in said.days] == [d for d in [*OLD, *EXPORTED] if d != LOST]
    assert said.notes == ("Archived before Daybook and not adopted, so left out here: 2026-03-05.",)
    (line,) = [line for line in logs if line["event"] == "not-adopted"]
    assert (line["key"], line["remedy"]) == (old_key(LOST), "daybook adopt")


@pytest.mark.parametrize("name", ["data.parquet", f"ou-breakdown-{LOST}.parquet"])
@in_loop
async def test_a_tick_that_comes_before_the_adoption_empties_nothing(name: str) -> None:
    store = MemoryStore()
    for day in OLD:
        await store.put(old_key(day), old_day(day))
    del store.versions[old_key(LOST)]
    await store.put(old_key(LOST, name), old_day(LOST))

    said = await run_again(store)

    assert said.notes[0].endswith(": 2026-03-01 to 2026-03-12, 12 days.")
    assert len(store.versions[old_key(LOST, name)]) == 1
    assert breakdown_key(LOST) == old_key(LOST, name) or breakdown_key(LOST) not in store.versions


@in_loop
async def test_a_day_of_before_is_not_asked_for_and_its_remedy_mends_it() -> None:
    store = await adopted_and_run()
    del store.versions[day_record_key(LOST)]

    (finding,) = await ledger_gone(store)
    assert (finding.day, finding.repairable) == (LOST, False)
    assert finding.remedy.startswith("daybook adopt --currency ")
    assert batches([finding]) == []

    await adopt(store)
    assert await ledger_gone(store) == []
    assert await read_earlier_day(store, LOST)


@in_loop
async def test_a_day_that_a_worker_wrote_is_asked_for() -> None:
    store = await adopted_and_run()
    del store.versions[day_record_key(BEGINS)]

    (finding,) = await ledger_gone(store)

    assert (finding.day, finding.repairable) == (BEGINS, True)


@in_loop
async def test_a_lost_ledger_is_adopted_and_then_says_what_the_export_says() -> None:
    """The order of docs/recovery.md; the other one would leave months without their first days."""
    store = await adopted_and_run()
    before = (await record(store, DAY)).newest
    objects = {key: len(v) for key, v in store.versions.items() if key.startswith("ou-")}
    for key in [key for key in store.versions if key.startswith("ledger/")]:
        del store.versions[key]

    await adopt(store)
    said = await run_again(store)

    assert {day.outcome for day in said.days} == {"unchanged"}
    assert said.notes == ()
    assert {k: len(v) for k, v in store.versions.items() if k.startswith("ou-")} == objects
    assert (await record(store, LOST)).newest.adopted
    newest = (await record(store, DAY)).newest
    assert (newest.source, newest.sums, newest.sha256) == ("export", before.sums, before.sha256)
    assert await ledger_gone(store) == []
