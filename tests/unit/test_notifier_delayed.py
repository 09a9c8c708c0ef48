"""The mail that says that a day's data is late: once, and not after the digest."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from services.notifier.sending.claim import Claim, ClaimState, claim_name
from services.notifier.sending.delivery import IN_FLIGHT
from services.notifier.sending.post import NotSent
from shared.config_people import Chat, Executives, Owner
from shared.errors import Reject, Retry
from shared.events import DataDelayed, DelayedData, follow_up
from shared.ledger import Ledger
from shared.locations import digest_claim_key
from tests.support.units.aio import in_loop
from tests.support.units.events import cataloged, tick
from tests.support.units.mail import ScriptedPost
from tests.support.units.notifier import DIGEST, Notifier
from tests.support.units.rows import DAY, row

DEADLINE = datetime(2026, 3, 17, 14, tzinfo=UTC)


def delayed(
    reason: str = "usage of 2026-03-16 is still being delivered", **known: Any
) -> DataDelayed:
    data = DelayedData(day=DAY, reason=reason, deadline=DEADLINE, **known)
    event = follow_up(tick(), DataDelayed, data, source="daybook.query", about=DAY)
    assert isinstance(event, DataDelayed)
    return event


def message_of(notifier: Notifier, number: int = 0) -> Any:
    return message_from_bytes(notifier.post.sent[number][0].message, policy=default)


@in_loop
async def test_the_mail_names_the_day_the_reason_and_the_deadline_and_has_no_figures() -> None:
    notifier = Notifier()

    assert await notifier.hear(delayed()) == []

    message = message_of(notifier)
    text = message.get_body(("plain",)).get_content()
    assert message["Subject"] == "Data delayed: the cost of Mon 16 Mar 2026 is not known yet"
    assert "usage of 2026-03-16 is still being delivered" in text
    assert "14:00 UTC on 17 March" in text
    assert list(message.iter_attachments()) == []


@in_loop
async def test_it_says_since_when_the_data_is_missing() -> None:
    notifier = Notifier()
    came = datetime(2026, 3, 16, 7, 30, tzinfo=timezone(timedelta(hours=1)))

    await notifier.hear(delayed(complete_through=date(2026, 3, 14), delivered_at=came))

    message = message_of(notifier)
    for kind in ("plain", "html"):
        text = message.get_body((kind,)).get_content()
        assert "The last complete day is Saturday 14 March 2026." in text
        assert "The export was last delivered on 16 March at 06:30 UTC." in text


@in_loop
async def test_the_channels_are_told_once_and_after_the_alarm() -> None:
    notifier, channels = Notifier(), ScriptedPost([NotSent("429", later=True)])
    chat = Chat(name="finops", format="slack", webhook="env:DAYBOOK_WEBHOOK_FINOPS")
    notifier.audiences = replace(notifier.audiences, chat=(chat,), channels=channels)

    with pytest.raises(Retry):
        await notifier.hear(delayed())
    assert (len(notifier.post.sent), len(notifier.bell.alarms)) == (1, 1)
    for _ in range(2):
        await notifier.hear(delayed(complete_through=date(2026, 3, 14)))

    ((envelope, claim),) = channels.sent
    assert claim == claim_name(DAY, "delayed", ("finops",))
    assert b"the cost of Mon 16 Mar 2026 is not known yet" in envelope.message
    assert b"The last complete day is Saturday 14 March 2026." in envelope.message
    assert len(notifier.post.sent) == 1


@in_loop
async def test_a_list_that_ses_refuses_holds_back_neither_alarm_nor_channel() -> None:
    notifier, channels = Notifier(NotSent("MessageRejected", later=False)), ScriptedPost()
    chat = Chat(name="finops", format="slack", webhook="env:DAYBOOK_WEBHOOK_FINOPS")
    notifier.audiences = replace(notifier.audiences, chat=(chat,), channels=channels)

    with pytest.raises(Reject, match="MessageRejected"):
        await notifier.hear(delayed())

    assert (len(notifier.bell.alarms), len(channels.sent)) == (1, 1)


@in_loop
async def test_owners_and_executives_are_not_told_of_a_delay() -> None:
    notifier = Notifier()
    notifier.audiences = replace(
        notifier.audiences,
        executives=Executives(recipients=("board@example.com",)),
        roster=(Owner(ou="Workloads/Prod", recipients=("prod@example.com",)),),
    )

    await notifier.hear(delayed())

    assert [envelope.recipients for envelope, _ in notifier.post.sent] == [DIGEST.recipients]


@in_loop
async def test_it_is_sent_once_however_often_it_is_said() -> None:
    notifier = Notifier()

    for _ in range(3):
        await notifier.hear(delayed())

    assert len(notifier.post.sent) == 1


@in_loop
async def test_the_digest_follows_it_and_it_does_not_follow_the_digest() -> None:
    notifier = Notifier()

    await notifier.hear(delayed())
    await notifier.hear(await cataloged(notifier.store, {DAY: [row("1")]}))
    assert len(notifier.post.sent) == 2

    other = Notifier()
    await other.hear(await cataloged(other.store, {DAY: [row("1")]}))
    await other.hear(delayed())
    assert len(other.post.sent) == 1


@in_loop
async def test_a_claim_that_was_left_behind_is_in_doubt_though_the_digest_is_out() -> None:
    notifier = Notifier()
    key = digest_claim_key(claim_name(DAY, "delayed", DIGEST.recipients))
    left = Claim(state=ClaimState.CLAIMED, run="run-1", owner="somebody", at=notifier.now)
    ledger = Ledger(notifier.store)
    assert await ledger.create(key, left)
    await notifier.hear(await cataloged(notifier.store, {DAY: [row("1")]}))

    with pytest.raises(Retry, match="being sent"):
        await notifier.hear(delayed())
    notifier.now += IN_FLIGHT
    for _ in range(2):
        assert await notifier.hear(delayed()) == []

    entry = await ledger.read(key, Claim)
    assert entry
    assert entry.doc.state is ClaimState.UNKNOWN
    assert len(notifier.post.sent) == 1
    assert [subject for subject, _ in notifier.bell.alarms if "nobody knows" in subject] == [
        "Daybook: nobody knows whether a digest was sent"
    ]


@in_loop
async def test_a_reason_from_outside_is_text_and_nothing_else() -> None:
    notifier = Notifier()

    await notifier.hear(delayed("<script>alert(1)</script>\r\nBcc: x@example.com"))

    message = message_of(notifier)
    assert "&lt;script&gt;" in message.get_body(("html",)).get_content()
    assert message["Bcc"] is None
