"""The mail that says that a day's data is late: once, and not after the digest."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from services.notifier.claim import Claim, ClaimState, claim_name
from services.notifier.delivery import IN_FLIGHT
from shared.errors import Retry
from shared.events import DataDelayed, DelayedData, follow_up
from shared.ledger import Ledger
from shared.locations import digest_claim_key
from tests.support.units.aio import in_loop
from tests.support.units.events import cataloged, tick
from tests.support.units.notifier import DIGEST, Notifier
from tests.support.units.rows import DAY, row

DEADLINE = datetime(2026, 3, 17, 14, tzinfo=UTC)


def delayed(reason: str = "usage of 2026-03-16 is still being delivered") -> DataDelayed:
    data = DelayedData(day=DAY, reason=reason, deadline=DEADLINE)
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
