"""A mail that was given up to be sent again is found when the wish for that never went out."""

from datetime import datetime, timedelta

import pytest

from daybook.digest import _wish
from services.notifier.sending.claim import claim_name
from shared.digest_claim import Claim, ClaimState
from shared.locations import digest_claim_key
from tests.support.audited import (
    LAST,
    RECIPIENTS,
    MemoryAround,
    audited,
    clean_world,
    found_in,
    look_at,
    moment_after,
)
from tests.support.units.aio import in_loop

NAME = claim_name(LAST, "daily", RECIPIENTS)
NOW = moment_after(LAST)
MISSING = [("digest-missing", str(LAST))]


@pytest.fixture
def world() -> MemoryAround:
    return clean_world()


async def given_up(world: MemoryAround, minutes: int, name: str = NAME) -> Claim:
    """Leave a claim as `daybook digest resolve --resend` does before it asks."""
    at = NOW - timedelta(minutes=minutes)
    return await put(world, name, ClaimState.RESENT, at)


async def put(world: MemoryAround, name: str, state: ClaimState, at: datetime) -> Claim:
    claim = Claim(state=state, run="run", owner="owner", at=at)
    await world.store.put(digest_claim_key(name), claim.model_dump_json().encode())
    return claim


@in_loop
async def test_what_was_not_sent_again_within_an_hour_is_found(world: MemoryAround) -> None:
    await given_up(world, 59)
    assert await found_in(world) == []

    await given_up(world, 61)
    (finding,) = (await audited(look_at(world), full=False)).findings

    assert (finding.kind, finding.day) == ("digest-missing", LAST)
    assert finding.found == f"{NAME} was given up at 2026-06-10 14:29 and not sent again"
    assert finding.remedy == f"daybook digest resolve {LAST} --claim {NAME} --resend"


@pytest.mark.parametrize("kind", ["part", "chat", "executive"])
@in_loop
async def test_each_list_is_looked_at(world: MemoryAround, kind: str) -> None:
    name = claim_name(LAST, kind, ("others@example.com",))
    await given_up(world, 90, name)
    await put(world, claim_name(LAST, "replay-1", RECIPIENTS), ClaimState.SENT, NOW)

    assert await found_in(world) == MISSING

    again = claim_name(LAST, f"{kind}-replay-1", ("others@example.com",))
    await put(world, again, ClaimState.SENT, NOW)
    assert await found_in(world) == []


@in_loop
async def test_the_run_that_was_asked_for_counts_whatever_its_clock_says(
    world: MemoryAround,
) -> None:
    claim = await given_up(world, 90)
    wish = _wish(LAST, NAME, claim, "ops")
    again = claim_name(LAST, f"replay-{wish.runid}", RECIPIENTS)
    await put(world, again, ClaimState.SENT, claim.at - timedelta(minutes=5))

    assert await found_in(world) == []


@in_loop
async def test_a_replay_from_before_does_not_count(world: MemoryAround) -> None:
    await given_up(world, 90)
    before = claim_name(LAST, "replay-earlier", RECIPIENTS)
    await put(world, before, ClaimState.SENT, NOW - timedelta(hours=3))

    assert await found_in(world) == MISSING


@in_loop
async def test_after_a_week_nobody_needs_it(world: MemoryAround) -> None:
    old = claim_name(LAST - timedelta(days=8), "daily", RECIPIENTS)
    await given_up(world, 90, old)

    assert await found_in(world) == []
