"""What SES says about a digest: doubts settle by themselves, bounces ring."""

import asyncio
import json
from datetime import UTC, date, datetime

import pytest

from services.notifier.sending.claim import Claim, ClaimState, claim_name
from services.notifier.sending.mail_reports import MailReports
from shared.errors import Reject
from shared.events import MailReported, parse
from shared.ledger import Ledger
from shared.locations import digest_claim_key
from shared.memory import MemoryBell, MemoryStore

DAY = date(2026, 3, 16)
NAME = claim_name(DAY, "daily", ["finops@example.com"])
KEY = digest_claim_key(NAME)
AT = datetime(2026, 3, 17, 7, tzinfo=UTC)


def ses_event(kind: str, **about: object) -> str:
    """Write an event as SES publishes it to SNS (only what is read, and a field that is not)."""
    return json.dumps(
        {
            "eventType": kind,
            "mail": {
                "timestamp": "2026-03-17T07:00:05.000Z",
                "messageId": "ses-1",
                "destination": ["finops@example.com"],
                "tags": {"ses:configuration-set": ["daybook"], "daybook-digest": [NAME]},
            },
            kind.lower(): about,
        }
    )


def report(body: str) -> MailReported:
    event = parse(body)
    assert isinstance(event, MailReported)
    return event


def after(state: ClaimState, body: str) -> tuple[Claim, MemoryBell]:
    """Return the claim and the alarms after SES's event met a claim in this state."""

    async def take() -> tuple[Claim, MemoryBell]:
        store, bell = MemoryStore(), MemoryBell()
        ledger = Ledger(store)
        await ledger.create(KEY, Claim(state=state, run="run-1", owner="w", at=AT))
        await MailReports(store, bell).take(report(body).data)
        entry = await ledger.read(KEY, Claim)
        assert entry
        return entry.doc, bell

    return asyncio.run(take())


@pytest.mark.parametrize("kind", ["Send", "Delivery"])
@pytest.mark.parametrize("state", [ClaimState.UNKNOWN, ClaimState.CLAIMED])
def test_a_doubt_is_settled_by_what_ses_says(state: ClaimState, kind: str) -> None:
    claim, bell = after(state, ses_event(kind))

    assert (claim.state, claim.message_id) == (ClaimState.SENT, "ses-1")
    assert bell.alarms == []


@pytest.mark.parametrize("state", [ClaimState.SENT, ClaimState.FREE, ClaimState.RESENT])
def test_a_settled_claim_is_left_alone(state: ClaimState) -> None:
    claim, _ = after(state, ses_event("Delivery"))

    assert (claim.state, claim.at) == (state, AT)


def test_a_bounce_rings_and_proves_that_the_digest_went_out() -> None:
    claim, bell = after(ClaimState.UNKNOWN, ses_event("Bounce", bounceType="Permanent"))

    assert claim.state is ClaimState.SENT
    ((subject, text),) = bell.alarms
    assert subject == "Daybook: a digest met with Bounce Permanent"
    assert f"daybook replay {DAY} --notify --only {NAME}` sends it again, to all of its own" in text


@pytest.mark.parametrize("kind", ["Reject", "Rendering Failure"])
def test_a_refusal_rings_and_does_not_count_as_sent(kind: str) -> None:
    claim, bell = after(ClaimState.UNKNOWN, ses_event(kind))

    assert claim.state is ClaimState.UNKNOWN
    assert len(bell.alarms) == 1


def test_a_report_about_a_digest_nobody_claimed_changes_nothing() -> None:
    store = MemoryStore()

    asyncio.run(MailReports(store, MemoryBell()).take(report(ses_event("Send")).data))

    assert store.versions == {}


def test_the_same_report_has_the_same_id() -> None:
    assert report(ses_event("Send")).id == report(ses_event("Send")).id
    assert report(ses_event("Send")).id != report(ses_event("Delivery")).id


@pytest.mark.parametrize(
    "body",
    [
        '{"eventType": "Send"}',
        '{"eventType": "Send", "mail": {"messageId": "x", "tags": {}}}',
        '{"eventType": 7, "mail": []}',
    ],
)
def test_mail_that_is_not_a_digest_is_no_event_of_ours(body: str) -> None:
    with pytest.raises(Reject):
        parse(body)
