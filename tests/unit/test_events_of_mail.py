"""What SES says about a digest, taken as an event."""

import json

import pytest

from shared.errors import Reject
from shared.events import (
    MailReported,
    parse,
)
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
