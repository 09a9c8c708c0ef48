"""A lost tick is missed the same day, however late the digest before it was."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from shared.digest_claim import ClaimState
from shared.locations import DIGEST_CLAIMS, breakdown_key, day_record_key
from tests.support.audited import LAST, MemoryAround, audited, claim, clean_world, kinds, look_at
from tests.support.units.aio import in_loop

YESTERDAY = LAST + timedelta(days=1)
DEADLINE = time(14)
MISSED = [("nobody-told", str(YESTERDAY))]


@pytest.fixture
def world() -> MemoryAround:
    return clean_world()


async def found_in(
    world: MemoryAround, deadline: time | None = DEADLINE, *, later: timedelta = timedelta()
) -> list[tuple[str, str]]:
    look = look_at(world)
    moment = look.now() + later

    def now() -> datetime:
        return moment

    return kinds(await audited(replace(look, deadline=deadline, now=now), full=False))


@in_loop
async def test_a_day_of_which_nobody_was_told_is_missed(
    world: MemoryAround,
) -> None:
    assert await found_in(world) == MISSED


@pytest.mark.parametrize("kind", ["daily", "delayed"])
@in_loop
async def test_word_of_the_day_or_its_delay_is_enough(world: MemoryAround, kind: str) -> None:
    await claim(world.store, YESTERDAY, ClaimState.SENT, kind=kind)

    assert await found_in(world) == []


@in_loop
async def test_nobody_is_missed_before_an_hour_after_the_deadline(world: MemoryAround) -> None:
    assert await found_in(world, later=-timedelta(minutes=31)) == []
    assert await found_in(world, later=-timedelta(minutes=30)) == MISSED
    assert await found_in(world, time(20)) == []
    assert await found_in(world, None) == []


@in_loop
async def test_of_a_late_deadline_the_day_before_is_judged(world: MemoryAround) -> None:
    """The daily audit comes at 15:30: nobody would ever be missed by one of 14:45."""
    late, lost = time(14, 45), LAST
    world.forget(f"{DIGEST_CLAIMS}{lost}/")
    world.forget(breakdown_key(lost))
    world.forget(day_record_key(lost))

    assert await found_in(world, late) == [("day-never-run", str(lost)), ("nobody-told", str(lost))]
    assert await found_in(world, late, later=timedelta(minutes=15)) == [
        ("day-never-run", str(lost)),
        *MISSED,
    ]


@in_loop
async def test_a_day_that_is_archived_and_not_told_of_is_found_once(world: MemoryAround) -> None:
    world.forget(f"{DIGEST_CLAIMS}{LAST}/")

    assert await found_in(world, time(14, 45)) == [("digest-missing", str(LAST))]


@in_loop
async def test_nobody_is_missed_before_the_first_digest(world: MemoryAround) -> None:
    for key in [key for key in world.store.versions if key.startswith(DIGEST_CLAIMS)]:
        world.forget(key)

    assert await found_in(world) == []
