"""What a digest told is in its claim, and the next digest says what changed since."""

from datetime import date, timedelta

import pytest

from services.notifier.sending.claim import Claim, ClaimState, claim_name
from services.notifier.sending.delivery import IN_FLIGHT
from services.notifier.sending.mail_reports import MailReports
from services.notifier.sending.post import MaybeSent, NotSent
from shared.day_record import DayRecord
from shared.errors import Retry
from shared.events import Batch, MailData
from shared.ledger import Ledger
from shared.locations import day_record_key, digest_claim_key
from tests.support.units.aio import in_loop
from tests.support.units.events import SECOND_DELIVERY
from tests.support.units.mail import ScriptedPost
from tests.support.units.notifier import DIGEST, Notifier, hear, last_text
from tests.support.units.rows import DAY, Row, row

BEFORE, NEXT = DAY - timedelta(days=1), DAY + timedelta(days=1)
THIRD = "20260319T060000.000000Z/third"
HEADING = "Restated since the last digest"


async def claim_of(notifier: Notifier, day: date = DAY) -> Claim:
    entry = await Ledger(notifier.store).read(key_of(day), Claim)
    assert entry
    return entry.doc


def key_of(day: date) -> str:
    return digest_claim_key(claim_name(day, "daily", DIGEST.recipients))


async def settle(notifier: Notifier, state: ClaimState, day: date = DAY) -> None:
    ledger = Ledger(notifier.store)
    entry = await ledger.read(key_of(day), Claim)
    assert entry
    await ledger.replace(key_of(day), entry, entry.doc.model_copy(update={"state": state}))


FIRST: dict[date, list[Row]] = {BEFORE: [row("1")], DAY: [row("2")]}
RESTATED: dict[date, list[Row]] = {BEFORE: [row("4")], DAY: [row("7")], NEXT: [row("9")]}
TOLD = "15-16 Mar: +8.00 USD, of which Workloads/Prod +8.00"


@in_loop
async def test_the_first_digest_restates_nothing_and_keeps_what_it_told() -> None:
    notifier = Notifier()

    await hear(notifier, FIRST)

    assert HEADING not in last_text(notifier)
    told = (await claim_of(notifier)).told
    assert told
    assert sorted(told) == [BEFORE, DAY]
    for day, as_told in told.items():
        record = await Ledger(notifier.store).read(day_record_key(day), DayRecord)
        assert record
        assert as_told.sha256 == record.doc.newest.sha256


@in_loop
async def test_the_next_digest_says_what_changed_since() -> None:
    notifier = Notifier()
    await hear(notifier, FIRST)

    await hear(notifier, RESTATED, version=SECOND_DELIVERY)

    assert f"{HEADING} (of Mon 16 Mar), amortized cost:" in last_text(notifier)
    assert TOLD in last_text(notifier)
    assert "17 Mar" not in last_text(notifier).partition(HEADING)[2]


@in_loop
async def test_a_day_that_is_as_it_was_told_is_no_restatement() -> None:
    notifier = Notifier()
    await hear(notifier, FIRST)

    await hear(notifier, FIRST | {NEXT: [row("9")]}, version=SECOND_DELIVERY)

    assert HEADING not in last_text(notifier)


@in_loop
async def test_a_day_that_no_digest_told_of_is_no_restatement() -> None:
    notifier = Notifier()
    await hear(notifier, {DAY: [row("2")]})

    later = {DAY: [row("2")], NEXT: [row("3")], NEXT + timedelta(days=1): [row("4")]}
    await hear(notifier, later, version=SECOND_DELIVERY)

    assert HEADING not in last_text(notifier)


@in_loop
async def test_a_day_after_the_digests_own_was_not_told() -> None:
    notifier = Notifier()

    await hear(notifier, FIRST | {NEXT: [row("3")]}, day=DAY, first_day=DAY)

    assert sorted((await claim_of(notifier)).told or {}) == [BEFORE, DAY]


@in_loop
async def test_what_was_told_once_is_not_told_again() -> None:
    notifier = Notifier()
    await hear(notifier, FIRST)
    await hear(notifier, RESTATED, version=SECOND_DELIVERY)

    third = RESTATED | {NEXT + timedelta(days=1): [row("1")]}
    await hear(notifier, third, version=THIRD)

    assert HEADING not in last_text(notifier)


@in_loop
async def test_a_day_that_changed_and_changed_back_between_two_digests_did_not_change() -> None:
    notifier = Notifier()
    await hear(notifier, FIRST)
    await hear(notifier, RESTATED, version=SECOND_DELIVERY, notify=False, run="quiet")

    back = FIRST | {NEXT: [row("9")]}
    await hear(notifier, back, version=THIRD)

    assert HEADING not in last_text(notifier)


@in_loop
async def test_the_month_before_is_looked_at_too() -> None:
    notifier = Notifier()
    last, first = date(2026, 2, 28), date(2026, 3, 1)
    await hear(notifier, {last: [row("1")]})
    await hear(notifier, {last: [row("5")]}, version=SECOND_DELIVERY, notify=False, run="quiet")

    await hear(notifier, {first: [row("9")]}, version=SECOND_DELIVERY)

    assert "28 Feb: +4.00 USD, of which Workloads/Prod +4.00" in last_text(notifier)


@pytest.mark.parametrize(
    ("first", "told_again"),
    [
        (ClaimState.SENT, False),
        (ClaimState.RESENT, False),
        (ClaimState.UNKNOWN, True),
        (ClaimState.FREE, True),
        (ClaimState.CLAIMED, True),
    ],
)
@in_loop
async def test_only_a_digest_that_may_not_have_arrived_is_told_again(
    first: ClaimState, *, told_again: bool
) -> None:
    notifier = Notifier()
    await hear(notifier, FIRST)
    await hear(notifier, RESTATED, version=SECOND_DELIVERY)
    await settle(notifier, first, NEXT)

    third = RESTATED | {NEXT + timedelta(days=1): [row("1")]}
    await hear(notifier, third, version=THIRD)

    assert (TOLD in last_text(notifier)) is told_again


@in_loop
async def test_a_doubt_that_ses_settles_keeps_what_was_told() -> None:
    notifier = Notifier()
    await hear(notifier, FIRST)
    notifier.post = ScriptedPost([MaybeSent("read timeout")])
    await hear(notifier, RESTATED, version=SECOND_DELIVERY)
    name = claim_name(NEXT, "daily", DIGEST.recipients)
    data = MailData(kind="Send", message_id="m", claim=name)
    await MailReports(notifier.store, notifier.bell).take(data)

    third = RESTATED | {NEXT + timedelta(days=1): [row("1")]}
    await hear(notifier, third, version=THIRD)

    assert HEADING not in last_text(notifier)


@in_loop
async def test_a_worker_that_died_after_sending_leaves_what_it_told_in_the_claim() -> None:
    notifier = Notifier()
    await hear(notifier, FIRST)
    told = (await claim_of(notifier)).told
    await settle(notifier, ClaimState.CLAIMED)
    notifier.now += IN_FLIGHT

    await hear(notifier, FIRST)

    claim = await claim_of(notifier)
    assert (claim.state, claim.told) == (ClaimState.UNKNOWN, told)


@in_loop
async def test_a_digest_that_was_refused_tells_what_holds_when_it_is_sent() -> None:
    notifier = Notifier(NotSent("Throttling", later=True))
    with pytest.raises(Retry):
        await hear(notifier, FIRST)

    newer = FIRST | {BEFORE: [row("6")]}
    await hear(notifier, newer, version=SECOND_DELIVERY)

    await hear(notifier, newer | {NEXT: [row("9")]}, version=THIRD)
    assert HEADING not in last_text(notifier)


@in_loop
async def test_a_replay_says_what_changed_since_the_last_digest_and_so_does_the_next_one() -> None:
    notifier = Notifier()
    await hear(notifier, FIRST)
    replayed = {BEFORE: [row("4")], DAY: [row("2")]}

    await hear(notifier, replayed, version=SECOND_DELIVERY, run="again", replay=True)
    in_replay = last_text(notifier)
    await hear(notifier, replayed | {NEXT: [row("9")]}, version=THIRD)

    for text in (in_replay, last_text(notifier)):
        assert f"{HEADING} (of Mon 16 Mar)" in text
        assert "15 Mar: +3.00 USD, of which Workloads/Prod +3.00" in text


@in_loop
async def test_a_digest_that_is_sent_again_tells_what_the_first_one_did() -> None:
    notifier = Notifier()
    await hear(notifier, FIRST)
    await hear(notifier, RESTATED, version=SECOND_DELIVERY)
    await settle(notifier, ClaimState.RESENT, NEXT)

    await hear(notifier, RESTATED, version=SECOND_DELIVERY, run="again", replay=True)

    assert TOLD in last_text(notifier)


@in_loop
async def test_a_late_digest_is_compared_with_the_one_of_the_latest_day() -> None:
    notifier = Notifier()
    await hear(notifier, FIRST | {NEXT: [row("9")]})

    await hear(notifier, {BEFORE: [row("3")], DAY: [row("2")]}, version=SECOND_DELIVERY)

    assert f"{HEADING} (of Tue 17 Mar)" in last_text(notifier)
    assert "15 Mar: +2.00 USD" in last_text(notifier)


@in_loop
async def test_a_claim_of_an_older_release_tells_nothing() -> None:
    notifier = Notifier()
    await hear(notifier, FIRST)
    ledger = Ledger(notifier.store)
    entry = await ledger.read(key_of(DAY), Claim)
    assert entry
    await ledger.replace(key_of(DAY), entry, entry.doc.model_copy(update={"told": None}))

    await hear(notifier, RESTATED, version=SECOND_DELIVERY)

    assert HEADING not in last_text(notifier)


@in_loop
async def test_what_a_later_digest_left_to_the_one_that_is_sent_again_is_told_by_it() -> None:
    notifier = Notifier()
    await hear(notifier, FIRST)
    await hear(notifier, RESTATED, version=SECOND_DELIVERY)
    await settle(notifier, ClaimState.RESENT, NEXT)
    third = RESTATED | {NEXT + timedelta(days=1): [row("1")]}
    await hear(notifier, third, version=THIRD)
    assert TOLD not in last_text(notifier)

    only = claim_name(NEXT, "daily", DIGEST.recipients)
    batch = Batch(part=1, of=1, reason="in doubt", requested_by="ops", only=only)
    again = {"replay": True, "batch": batch, "day": NEXT, "first_day": NEXT}
    await hear(notifier, third, version=THIRD, run="again", **again)

    assert TOLD in last_text(notifier)
