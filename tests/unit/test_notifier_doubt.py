"""What the notifier does when a digest fails, or when nobody can know."""

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from services.notifier.sending.claim import PAUSES, Claim, ClaimState, claim_name
from services.notifier.sending.delivery import IN_FLIGHT
from services.notifier.sending.post import MaybeSent, NotSent
from shared.errors import Reject, Retry, Stopping
from shared.events import PeriodCataloged
from shared.ledger import Ledger
from shared.locations import digest_claim_key
from tests.support.units.aio import in_loop
from tests.support.units.events import cataloged
from tests.support.units.mail import ScriptedPost
from tests.support.units.notifier import DIGEST, Notifier
from tests.support.units.rows import DAY, row
from tests.support.units.stores import CrashingStore, ForgetfulStore, RacingStore

KEY = digest_claim_key(claim_name(DAY, "daily", DIGEST.recipients))
CLAIMS = "ledger/digests/"


async def period_of(notifier: Notifier, **asked: Any) -> PeriodCataloged:
    return await cataloged(notifier.store, {DAY: [row()]}, **asked)


async def claim_of(notifier: Notifier) -> Claim:
    entry = await Ledger(notifier.store).read(KEY, Claim)
    assert entry
    return entry.doc


async def claimed_by(run: str, notifier: Notifier) -> None:
    claim = Claim(state=ClaimState.CLAIMED, run=run, owner="somebody", at=notifier.now)
    assert await Ledger(notifier.store).create(KEY, claim)


class BrokenBell:
    """An alarm topic that is out of reach."""

    async def ring(self, subject: str, text: str) -> None:
        raise OSError(subject, text)


@in_loop
async def test_a_refusal_that_passes_frees_the_claim_and_is_tried_again() -> None:
    notifier = Notifier(NotSent("Throttling", later=True))
    event = await period_of(notifier)

    with pytest.raises(Retry, match="Throttling") as retry:
        await notifier.hear(event)

    assert retry.value.after <= 600
    assert (await claim_of(notifier)).state is ClaimState.FREE
    assert len(await notifier.hear(event)) == 1
    assert (await claim_of(notifier)).state is ClaimState.SENT


@in_loop
async def test_a_refusal_for_good_frees_the_claim_and_rejects_the_message() -> None:
    notifier = Notifier(NotSent("MessageRejected", later=False))

    with pytest.raises(Reject, match="MessageRejected"):
        await notifier.hear(await period_of(notifier))

    claim = await claim_of(notifier)
    assert (claim.state, claim.reason) == (ClaimState.FREE, "MessageRejected")


@in_loop
async def test_doubt_rings_the_alarm_and_is_recorded() -> None:
    notifier = Notifier(MaybeSent("read timeout"))

    said = await notifier.hear(await period_of(notifier))

    assert said == []
    assert (await claim_of(notifier)).state is ClaimState.UNKNOWN
    ((_, text),) = notifier.bell.alarms
    name = claim_name(DAY, "daily", DIGEST.recipients)
    assert f"`daybook digest resolve {DAY} --claim {name} --sent`" in text
    assert "read timeout" in text


@in_loop
async def test_doubt_is_not_recorded_before_the_alarm_has_rung() -> None:
    notifier = Notifier(MaybeSent("read timeout"))
    notifier.bell = BrokenBell()

    with pytest.raises(OSError, match="digest"):
        await notifier.hear(await period_of(notifier))

    assert (await claim_of(notifier)).state is ClaimState.CLAIMED


@in_loop
async def test_a_digest_in_doubt_is_never_sent_again() -> None:
    notifier = Notifier(MaybeSent("read timeout"))
    event = await period_of(notifier)
    await notifier.hear(event)
    notifier.now += timedelta(days=14)

    again = await notifier.hear(event)
    other = await notifier.hear(await period_of(notifier, run="run-2"))

    assert (again, other) == ([], [])
    assert notifier.post.calls == 1
    assert len(notifier.bell.alarms) == 1


@pytest.mark.parametrize("run", ["run-1", "run-2"])
@in_loop
async def test_a_claim_in_flight_is_waited_for_as_long_as_it_may_last(run: str) -> None:
    notifier = Notifier()
    event = await period_of(notifier)
    await claimed_by(run, notifier)
    notifier.now += timedelta(seconds=20)

    with pytest.raises(Retry, match="another worker") as retry:
        await notifier.hear(event)

    assert retry.value.after == 101
    assert notifier.post.calls == 0


@pytest.mark.parametrize("run", ["run-1", "run-2"])
@in_loop
async def test_a_claim_that_nobody_settled_is_in_doubt(run: str) -> None:
    notifier = Notifier()
    event = await period_of(notifier)
    await claimed_by(run, notifier)
    notifier.now += IN_FLIGHT

    said = await notifier.hear(event)

    assert (said, notifier.post.calls) == ([], 0)
    assert len(notifier.bell.alarms) == 1
    assert (await claim_of(notifier)).state is ClaimState.UNKNOWN


@in_loop
async def test_a_crash_before_the_claim_sends_later() -> None:
    notifier = Notifier(store=CrashingStore(prefix=CLAIMS))
    event = await period_of(notifier)
    with pytest.raises(OSError, match="died"):
        await notifier.hear(event)

    assert len(await notifier.hear(event)) == 1
    assert notifier.post.calls == 1


@in_loop
async def test_a_crash_between_sending_and_recording_ends_in_doubt_and_not_in_a_second_mail() -> (
    None
):
    store = CrashingStore(prefix=CLAIMS, crashes=0)
    notifier = Notifier(store=store)
    event = await period_of(notifier)
    notifier.post = _CrashAfterSending(store)
    with pytest.raises(OSError, match="died"):
        await notifier.hear(event)

    notifier.now += IN_FLIGHT
    await notifier.hear(event)

    assert notifier.post.calls == 1
    assert len(notifier.bell.alarms) == 1


@in_loop
async def test_a_digest_whose_record_fails_at_first_is_recorded_all_the_same() -> None:
    store = CrashingStore(prefix=CLAIMS, crashes=0)
    notifier = Notifier(store=store)
    event = await period_of(notifier)
    notifier.post = _CrashAfterSending(store, crashes=2)

    assert len(await notifier.hear(event)) == 1
    assert (await claim_of(notifier)).state is ClaimState.SENT


class _CrashAfterSending(ScriptedPost):
    def __init__(self, store: CrashingStore, crashes: int = 1 + len(PAUSES)) -> None:
        super().__init__()
        self.store = store
        self.crashes = crashes

    async def send(self, envelope: Any, claim: str) -> str:
        self.store.crashes = self.crashes
        return await super().send(envelope, claim)


@in_loop
async def test_a_claim_whose_answer_was_lost_is_recognised_as_ours() -> None:
    notifier = Notifier(store=ForgetfulStore(prefix=CLAIMS))

    said = await notifier.hear(await period_of(notifier))

    assert len(said) == 1
    assert (await claim_of(notifier)).state is ClaimState.SENT


@in_loop
async def test_of_two_notifiers_at_once_only_one_sends() -> None:
    store = RacingStore(prefix=CLAIMS)
    notifier, rival = Notifier(store=store), Notifier(store=store)
    event = await period_of(notifier)
    store.before.append(lambda: rival.hear(event))

    said = await notifier.hear(event)

    assert (notifier.post.calls, rival.post.calls) == (0, 1)
    assert [event.data.message_id for event in said] == ["mail-1"]
    assert notifier.bell.alarms == []


@in_loop
async def test_a_notifier_that_was_told_to_stop_claims_and_sends_nothing() -> None:
    notifier = Notifier()
    event = await period_of(notifier)
    notifier.stopping.set()

    with pytest.raises(Stopping):
        await notifier.hear(event)

    assert await notifier.store.head(KEY) is None
    assert notifier.post.calls == 0


@pytest.mark.parametrize("passes", [timedelta(seconds=61), None])
@in_loop
async def test_a_claim_that_is_old_or_whose_owner_must_go_is_given_back_unsent(
    passes: timedelta | None,
) -> None:
    """While S3 answered, a minute passed, or else the worker was told to stop."""
    store = RacingStore(prefix=CLAIMS)
    notifier = Notifier(store=store)
    event = await period_of(notifier)

    async def meanwhile() -> None:
        notifier.now += passes or timedelta(0)
        if passes is None:
            notifier.stopping.set()

    store.after.append(meanwhile)
    with pytest.raises(Retry if passes else Stopping):
        await notifier.hear(event)

    assert ((await claim_of(notifier)).state, notifier.post.calls) == (ClaimState.FREE, 0)
    notifier.stopping.clear()
    assert len(await notifier.hear(event)) == 1


@in_loop
async def test_a_notifier_that_is_cancelled_while_it_sends_records_what_came_of_it() -> None:
    notifier = Notifier()
    event = await period_of(notifier)
    notifier.post = post = _SlowPost()
    hearing = asyncio.create_task(notifier.hear(event))
    await post.called.wait()
    hearing.cancel()
    await asyncio.sleep(0)
    post.answers.set()

    with pytest.raises(asyncio.CancelledError):
        await hearing

    assert (await claim_of(notifier)).state is ClaimState.SENT


class _SlowPost(ScriptedPost):
    def __init__(self) -> None:
        super().__init__()
        self.called, self.answers = asyncio.Event(), asyncio.Event()

    async def send(self, envelope: Any, claim: str) -> str:
        self.called.set()
        await self.answers.wait()
        return await super().send(envelope, claim)


@in_loop
async def test_a_claim_that_a_rival_took_and_gave_back_is_not_taken_for_done() -> None:
    store = RacingStore(prefix=CLAIMS)
    notifier = Notifier(NotSent("Throttling", later=True), store=store)
    rival = Notifier(NotSent("Throttling", later=True), store=store)
    event = await period_of(notifier)
    with pytest.raises(Retry):
        await notifier.hear(event)

    async def meanwhile() -> None:
        with pytest.raises(Retry):
            await rival.hear(event)

    store.before += [partial(asyncio.sleep, 0), meanwhile]
    with pytest.raises(Retry):
        await notifier.hear(event)
