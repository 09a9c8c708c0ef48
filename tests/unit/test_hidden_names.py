"""What Athena and Hive leave out is no object of a day: not for the audit, nor for who writes."""

from dataclasses import replace
from datetime import date

import pytest

from services.auditor.embedded import EmbeddedCounter
from shared.archive import read_earlier_day
from shared.locations import BREAKDOWNS, OUTLOOKS, breakdown_key, is_hidden, partition
from shared.memory import MemoryStore
from tests.support.audited import audited, in_memory, kinds, look_at
from tests.support.units.adopted import adopt, exported, old_day, old_key, record
from tests.support.units.aio import in_loop
from tests.support.units.events import archive, queried
from tests.support.units.rows import DAY

AUDITED = date(2026, 6, 3)


@pytest.mark.parametrize("name", ["_SUCCESS", ".part-0.crc", "_temporary/0/part-0.parquet"])
def test_names_that_begin_so_are_left_out(name: str) -> None:
    assert is_hidden(f"{BREAKDOWNS}{partition(AUDITED)}{name}")
    assert not is_hidden(breakdown_key(AUDITED))


@in_loop
async def test_the_audit_has_nothing_to_say_of_them() -> None:
    world = await in_memory()
    for place in ("", partition(AUDITED)):
        for table in (BREAKDOWNS, OUTLOOKS):
            await world.store.put(f"{table}{place}_SUCCESS", b"")
    look = look_at(world)
    counting = replace(look, around=replace(look.around, counter=EmbeddedCounter(world.store)))

    assert kinds(await audited(counting)) == []


@in_loop
async def test_beside_an_adopted_day_they_are_no_second_object() -> None:
    store = MemoryStore()
    await store.put(old_key(DAY, "part-0.parquet"), old_day(DAY))
    await store.put(old_key(DAY, "_SUCCESS"), b"")

    await adopt(store)
    assert (await record(store, DAY)).newest.adopted
    assert await read_earlier_day(store, DAY)

    await archive(store, await queried(store, exported(DAY)))
    assert breakdown_key(DAY) not in store.versions
    assert len(store.versions[old_key(DAY, "part-0.parquet")]) == 2
