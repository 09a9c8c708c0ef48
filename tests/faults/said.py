"""Invariant: who is told of a digest by mail is told of it by an event, too."""

import json
from collections.abc import Iterator

from tests.faults.sim_ses import Mail
from tests.faults.sim_sns import Alarm

DOUBT = "nobody knows whether a digest was sent"


def unsaid(mails: list[Mail], said: list[str], alarms: list[Alarm]) -> Iterator[str]:
    """Say which digest left and no `digest-sent` followed; one in doubt has rung instead."""
    events = [json.loads(body) for body in said]
    sent = [event["data"] for event in events if event["type"] == "digest-sent"]
    for mail in mails:
        day, kind = mail.claim[:10], mail.claim[11:].rpartition("-")[0]
        told = any((data["day"], data["kind"]) == (day, kind) for data in sent)
        rung = any(DOUBT in alarm.subject and mail.claim in alarm.text for alarm in alarms)
        of_all = kind == "daily" or kind.startswith("replay-")
        if of_all and not told and not rung:
            yield f"digest {mail.claim} was mailed and no digest-sent says so"
