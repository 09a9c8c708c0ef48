"""The ledger: nobody overwrites what he has not seen."""

import pytest
from pydantic import BaseModel

from shared.errors import Conflict
from shared.ledger import TRIES, Ledger
from shared.memory import MemoryStore
from tests.support.units.aio import in_loop
from tests.support.units.stores import ForgetfulStore, RacingStore

KEY = "ledger/counter.json"


class Counter(BaseModel):
    value: int


def increased(counter: Counter | None) -> Counter:
    return Counter(value=(counter.value if counter else 0) + 1)


async def value_of(store: MemoryStore) -> int:
    entry = await Ledger(store).read(KEY, Counter)
    assert entry
    return entry.doc.value


@in_loop
async def test_what_was_never_written_is_not_there() -> None:
    assert await Ledger(MemoryStore()).read(KEY, Counter) is None


@in_loop
async def test_a_document_is_created_once() -> None:
    store = MemoryStore()

    first = await Ledger(store).create(KEY, Counter(value=1))
    second = await Ledger(store).create(KEY, Counter(value=2))

    assert first
    assert second is None
    assert await value_of(store) == 1


@in_loop
async def test_a_document_is_replaced_only_against_what_was_read() -> None:
    store = MemoryStore()
    ledger = Ledger(store)
    await ledger.create(KEY, Counter(value=1))
    entry = await ledger.read(KEY, Counter)
    assert entry

    first = await ledger.replace(KEY, entry, Counter(value=2))
    second = await ledger.replace(KEY, entry, Counter(value=3))

    assert first
    assert second is None
    assert await value_of(store) == 2


@in_loop
async def test_an_update_begins_with_nothing() -> None:
    store = MemoryStore()

    assert await Ledger(store).update(KEY, Counter, increased) == Counter(value=1)


@in_loop
async def test_an_update_that_changes_nothing_writes_nothing() -> None:
    store = MemoryStore()
    await Ledger(store).create(KEY, Counter(value=1))

    await Ledger(store).update(KEY, Counter, lambda counter: counter or Counter(value=0))

    assert len(store.versions[KEY]) == 1


@pytest.mark.parametrize("races", range(TRIES))
@in_loop
async def test_an_update_that_loses_a_race_is_made_again(races: int) -> None:
    store = RacingStore()

    async def rival() -> None:
        waiting, store.before = store.before, []
        await Ledger(store).update(KEY, Counter, increased)
        store.before = waiting

    store.before = [rival] * races
    await Ledger(store).update(KEY, Counter, increased)

    assert await value_of(store) == races + 1


@in_loop
async def test_an_update_gives_up_after_too_many_lost_races() -> None:
    store = RacingStore()

    async def rival() -> None:
        waiting, store.before = store.before, []
        await Ledger(store).update(KEY, Counter, increased)
        store.before = waiting

    store.before = [rival] * TRIES
    with pytest.raises(Conflict, match=KEY):
        await Ledger(store).update(KEY, Counter, increased)

    assert await value_of(store) == TRIES


@in_loop
async def test_an_update_to_a_value_finds_its_own_write_when_the_answer_was_lost() -> None:
    store = ForgetfulStore()

    doc = await Ledger(store).update(KEY, Counter, lambda _counter: Counter(value=7))

    assert doc == Counter(value=7)
    assert len(store.versions[KEY]) == 1
