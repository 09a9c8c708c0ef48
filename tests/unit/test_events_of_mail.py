"""What SES says about a digest, taken as an event."""

import json
from collections.abc import Sequence

import pytest

from shared.errors import Ignore, Reject
from shared.events import Event, MailReported, parse
from shared.lease import Lease
from shared.memory import MemoryInbox, MemoryOutbox
from shared.outcomes import Outcome
from shared.worker import Worker
from tests.support.units.aio import in_loop
from tests.support.units.mail_events import CLAIM, SES


def test_what_ses_says_about_a_digest_is_an_event() -> None:
    event = parse(SES)

    assert isinstance(event, MailReported)
    assert (event.data.kind, event.data.detail) == ("Bounce", "Permanent")
    assert (event.data.claim, event.data.message_id) == (CLAIM, "0100-abc")
    assert event == parse(SES)


@pytest.mark.parametrize(
    "claim", ["../../x", "2026-03-16", "2026-02-30-daily-0", f"{CLAIM}\n", CLAIM * 20, ""]
)
def test_what_ses_says_about_a_mail_of_others_is_rejected(claim: str) -> None:
    body = json.loads(SES)
    body["mail"]["tags"]["daybook-digest"] = [claim]

    with pytest.raises(Reject):
        parse(json.dumps(body))


NOTICE = "Successfully validated SNS topic for Amazon SES event publishing."


def without_claim() -> str:
    body = json.loads(SES)
    del body["mail"]["tags"]["daybook-digest"]
    return json.dumps(body)


@pytest.mark.parametrize("body", [NOTICE, without_claim()], ids=["topic tried", "other mail"])
def test_what_ses_says_about_no_digest_asks_for_nothing(body: str) -> None:
    with pytest.raises(Ignore):
        parse(body)


@in_loop
async def test_a_message_that_asks_for_nothing_is_done_with_and_never_a_dead_letter() -> None:
    inbox, outbox = MemoryInbox(), MemoryOutbox()
    inbox.send(NOTICE)
    message = await inbox.receive()
    assert message

    verdict = await Worker(inbox, outbox, never, visibility=30).process(message)

    assert verdict.outcome is Outcome.DONE
    assert inbox.deleted == [message]
    assert outbox.events == []


async def never(event: Event, lease: Lease) -> Sequence[Event]:
    del lease
    raise AssertionError(event)
