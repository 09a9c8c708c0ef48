"""One object at a fixed key, of which the newest version wins."""

from itertools import permutations

import pytest

from shared.errors import Retry
from shared.memory import MemoryStore
from shared.newest import TRIES, Contender, write_newest
from shared.parquet import sha256
from tests.support.units.aio import in_loop
from tests.support.units.stores import ForgetfulStore, RacingStore

KEY = "day.parquet"


def contender(body: bytes, run: str, version: str) -> Contender:
    return Contender(body, rows=len(body), source_version=version, run=run)


async def write(store: MemoryStore, body: bytes, run: str, version: str) -> str:
    """Write, and hold the answer against what stands at the key."""
    standing = await write_newest(store, KEY, contender(body, run, version))
    there = store.versions[KEY][-1]
    assert (standing.sha256, standing.rows) == (sha256(there.body), len(there.body))
    return standing.outcome


@in_loop
async def test_the_first_version_is_written() -> None:
    store = MemoryStore()

    assert await write(store, b"a", "run-1", "v1") == "changed"

    assert store.versions[KEY][-1].metadata == {
        "sha256": sha256(b"a"),
        "rows": "1",
        "source-version": "v1",
        "run": "run-1",
    }


@in_loop
async def test_a_newer_version_replaces_an_older_one() -> None:
    store = MemoryStore()
    await write(store, b"a", "run-1", "v1")

    assert await write(store, b"b", "run-2", "v2") == "changed"

    assert store.versions[KEY][-1].body == b"b"


@in_loop
async def test_an_older_version_gives_way() -> None:
    store = MemoryStore()
    await write(store, b"b", "run-2", "v2")

    assert await write(store, b"a", "run-1", "v1") == "superseded"

    assert len(store.versions[KEY]) == 1


@in_loop
async def test_the_same_bytes_by_the_same_run_say_changed_again() -> None:
    store = MemoryStore()
    await write(store, b"a", "run-1", "v1")

    assert await write(store, b"a", "run-1", "v1") == "changed"

    assert len(store.versions[KEY]) == 1


@in_loop
async def test_the_same_bytes_by_another_run_are_unchanged() -> None:
    store = MemoryStore()
    await write(store, b"a", "run-1", "v1")

    assert await write(store, b"a", "run-2", "v1") == "unchanged"

    assert len(store.versions[KEY]) == 1


@in_loop
async def test_another_run_over_the_same_version_may_correct_it() -> None:
    store = MemoryStore()
    await write(store, b"a", "run-1", "v1")

    assert await write(store, b"b", "run-2", "v1") == "changed"


@pytest.mark.parametrize("order", list(permutations([(b"a", "v1"), (b"b", "v2"), (b"c", "v3")])))
@in_loop
async def test_the_newest_version_stands_in_whichever_order_they_come(
    order: tuple[tuple[bytes, str], ...],
) -> None:
    store = MemoryStore()

    for body, version in order:
        await write(store, body, f"run-{version}", version)

    assert store.versions[KEY][-1].body == b"c"


@pytest.mark.parametrize(
    ("ours", "theirs", "outcome", "body"),
    [("v2", "v1", "changed", b"ours"), ("v1", "v2", "superseded", b"theirs")],
)
@in_loop
async def test_of_two_who_write_at_once_the_newer_stands(
    ours: str, theirs: str, outcome: str, body: bytes
) -> None:
    store = RacingStore()
    store.before.append(lambda: write(store, b"theirs", "run-2", theirs))

    assert await write(store, b"ours", "run-1", ours) == outcome

    assert store.versions[KEY][-1].body == body


@in_loop
async def test_a_rival_with_the_same_bytes_leaves_nothing_to_do() -> None:
    store = RacingStore()
    store.before.append(lambda: write(store, b"a", "run-2", "v1"))

    assert await write(store, b"a", "run-1", "v1") == "unchanged"

    assert len(store.versions[KEY]) == 1


@in_loop
async def test_a_write_whose_answer_was_lost_is_recognised() -> None:
    store = ForgetfulStore()

    assert await write(store, b"a", "run-1", "v1") == "changed"

    assert len(store.versions[KEY]) == 1


@in_loop
async def test_too_many_lost_races_are_tried_again_later() -> None:
    store = RacingStore()

    async def rival() -> None:
        body = str(len(store.before)).encode()
        await MemoryStore.put(store, KEY, body, metadata=contender(body, "rival", "v0").metadata)

    store.before = [rival] * TRIES

    with pytest.raises(Retry, match="being written by others"):
        await write(store, b"a", "run-1", "v1")
