"""The claim on a digest."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.notifier.sending.claim import Claim, Claims, ClaimState, claim_name
from shared.errors import Conflict
from shared.ledger import Entry, Ledger
from shared.memory import MemoryStore
from tests.support.units.aio import in_loop
from tests.support.units.rows import DAY
from tests.support.units.stores import RacingStore

KEY = "ledger/digests/2026-03-16/daily-x.json"
NOW = datetime(2026, 3, 17, 7, 5, tzinfo=UTC)


def claims_on(store: MemoryStore) -> Claims:
    return Claims(Ledger(store))


def becoming(entry: Entry[Claim], state: ClaimState) -> Claim:
    return entry.doc.model_copy(update={"state": state})


@in_loop
async def test_the_first_to_claim_has_it() -> None:
    taken, entry = await claims_on(MemoryStore()).take(KEY, "run-1", NOW)

    assert taken
    assert (entry.doc.state, entry.doc.run, entry.doc.at) == (ClaimState.CLAIMED, "run-1", NOW)


@in_loop
async def test_a_copy_of_the_message_that_claims_second_sees_the_first() -> None:
    claims = claims_on(MemoryStore())
    _, first = await claims.take(KEY, "run-1", NOW)

    taken, entry = await claims.take(KEY, "run-1", NOW + timedelta(seconds=1))

    assert not taken
    assert entry == first


@pytest.mark.parametrize("state", [ClaimState.SENT, ClaimState.UNKNOWN, ClaimState.CLAIMED])
@in_loop
async def test_only_a_free_claim_can_be_taken_again(state: ClaimState) -> None:
    claims = claims_on(MemoryStore())
    _, entry = await claims.take(KEY, "run-1", NOW)
    await claims.settle(KEY, entry, becoming(entry, state))

    taken, entry = await claims.take(KEY, "run-1", NOW)

    assert not taken
    assert entry.doc.state is state


@in_loop
async def test_a_claim_that_was_given_back_can_be_taken_by_another_run() -> None:
    claims = claims_on(MemoryStore())
    _, entry = await claims.take(KEY, "run-1", NOW)
    await claims.settle(KEY, entry, becoming(entry, ClaimState.FREE))

    taken, entry = await claims.take(KEY, "run-2", NOW)

    assert taken
    assert (entry.doc.state, entry.doc.run) == (ClaimState.CLAIMED, "run-2")


@in_loop
async def test_of_two_who_take_a_free_claim_at_once_only_one_has_it() -> None:
    store = RacingStore(prefix="ledger/digests/")
    claims = claims_on(store)
    _, entry = await claims.take(KEY, "run-0", NOW)
    await claims.settle(KEY, entry, becoming(entry, ClaimState.FREE))
    others: list[bool] = []

    async def other() -> None:
        others.append((await claims.take(KEY, "run-2", NOW))[0])

    # The first write of `take` tries to create; the second takes what is free.
    store.before += [_nothing, other]
    taken, entry = await claims.take(KEY, "run-1", NOW)

    assert (taken, others) == (False, [True])
    assert entry.doc.run == "run-2"


async def _nothing() -> None:
    """Let the write go on."""


@in_loop
async def test_who_sent_it_knows_better_than_who_took_it_for_abandoned() -> None:
    store = MemoryStore()
    claims = claims_on(store)
    _, entry = await claims.take(KEY, "run-1", NOW)
    await claims.settle(KEY, entry, becoming(entry, ClaimState.UNKNOWN))

    await claims.settle(KEY, entry, becoming(entry, ClaimState.SENT))

    now = await Ledger(store).read(KEY, Claim)
    assert now
    assert now.doc.state is ClaimState.SENT
    with pytest.raises(Conflict):
        await claims.settle(KEY, entry, becoming(entry, ClaimState.FREE))


@in_loop
async def test_a_claim_that_was_settled_by_another_cannot_be_settled() -> None:
    claims = claims_on(MemoryStore())
    _, entry = await claims.take(KEY, "run-1", NOW)
    await claims.settle(KEY, entry, becoming(entry, ClaimState.RESENT))

    with pytest.raises(Conflict, match=KEY):
        await claims.settle(KEY, entry, becoming(entry, ClaimState.SENT))


def test_recipients_are_the_same_in_any_order_and_case() -> None:
    one, other = ["a@x.com", "B@x.com"], ["b@X.com", "A@x.com"]

    assert claim_name(DAY, "daily", one) == claim_name(DAY, "daily", other)


def test_another_day_kind_or_recipient_is_another_digest() -> None:
    names = {
        claim_name(DAY, "daily", ["a@x.com"]),
        claim_name(date(2026, 3, 17), "daily", ["a@x.com"]),
        claim_name(DAY, "replay-1", ["a@x.com"]),
        claim_name(DAY, "daily", ["a@x.com", "b@x.com"]),
    }

    assert len(names) == 4
