"""A document of the ledger that cannot be read is all that is found: it is no absent one."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from services.auditor.repair import batches
from services.auditor.unreadable import Unreadable
from services.notifier.sending.claim import claim_name
from shared.days import ONE_DAY, Period
from shared.digest_claim import ClaimState
from shared.locations import (
    breakdown_key,
    day_record_key,
    digest_claim_key,
    period_record_key,
)
from tests.support.audited import (
    FIRST,
    LAST,
    RECIPIENTS,
    MemoryAround,
    audited,
    claim,
    found_in,
    in_memory,
    kinds,
    look_at,
)
from tests.support.units.aio import in_loop

DAY = date(2026, 6, 6)
JUNE = Period(2026, 6)


def claim_key(day: date, kind: str = "daily") -> str:
    return digest_claim_key(claim_name(day, kind, RECIPIENTS))


async def torn(*keys: str) -> MemoryAround:
    world = await in_memory()
    for key in keys:
        await world.store.put(key, b'{"torn":')
    return world


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize(
    ("key", "day"),
    [
        (day_record_key(DAY), str(DAY)),
        (day_record_key(FIRST), str(FIRST)),
        (claim_key(DAY), str(DAY)),
        (claim_key(FIRST), str(FIRST)),
        (period_record_key(JUNE), ""),
    ],
)
@in_loop
async def test_it_is_all_that_is_found(key: str, day: str, full: bool) -> None:
    assert await found_in(await torn(key), full=full) == [("ledger-unreadable", day)]


@pytest.mark.parametrize("lost", [FIRST, DAY])
@in_loop
async def test_a_day_of_which_only_such_a_record_is_left_has_run(lost: date) -> None:
    world = await torn(day_record_key(lost))
    world.forget(breakdown_key(lost))

    assert await found_in(world) == [("ledger-unreadable", str(lost))]


@in_loop
async def test_no_backfill_of_its_month_is_asked_for_while_it_is_so() -> None:
    """The archiver reads every day's record of the month, and would die on it."""
    world = await torn(day_record_key(DAY))
    for day in (DAY - ONE_DAY, FIRST):
        world.forget(breakdown_key(day))

    report = await audited(look_at(world), full=False)

    gone = {each.day: each for each in report.findings if each.kind == "object-gone"}
    assert gone[FIRST].repairable
    assert not gone[DAY - ONE_DAY].repairable
    assert gone[DAY - ONE_DAY].remedy.startswith("First what ledger-unreadable says")
    assert [each.last_day for batch in batches(report.findings) for each in batch] == [FIRST]


@in_loop
async def test_a_mail_that_was_given_up_may_have_been_sent_again_by_such_a_claim() -> None:
    world = await torn(claim_key(DAY, "replay-x"))
    await claim(world.store, DAY, ClaimState.RESENT)

    assert await found_in(world) == [("ledger-unreadable", str(DAY))]


@in_loop
async def test_of_yesterday_such_a_claim_may_have_told() -> None:
    yesterday = LAST + ONE_DAY
    world = await torn(claim_key(yesterday))
    now = datetime.combine(yesterday + ONE_DAY, time(15, 30), tzinfo=UTC)
    look = replace(look_at(world), deadline=time(12), now=lambda: now)

    assert kinds(await audited(look, full=False)) == [("ledger-unreadable", str(yesterday))]


def test_other_files_beside_the_documents_are_of_no_day_and_no_month() -> None:
    keys = (f"{day_record_key(DAY)}.bak", "ledger/digests/notes.txt", "ledger/periods/notes.json")

    unread = Unreadable(keys)

    assert not unread.days | unread.claimed
    assert not unread.periods
    assert not unread.stops(JUNE)
