"""Simulated SES v1: keeps what it was given, and may tell that it took it."""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from tests.faults.process import numbered
from tests.faults.wire import Refused, Reply, Request, query_reply

TAG = "daybook-digest"
_TAG_VALUE = re.compile(r"[A-Za-z0-9_-]{1,256}")


@dataclass(frozen=True)
class Mail:
    """One accepted mail; `claim` is the value of its tag."""

    claim: str
    to: tuple[str, ...]
    raw: bytes


@dataclass
class SimSes:
    """Accepts all mail.

    `report` takes the event that SES publishes through the configuration set of a mail; without
    it, events are lost. Times of day in it are those of `now`.
    """

    now: Callable[[], datetime]
    mails: list[Mail] = field(default_factory=list)
    report: Callable[[str], None] | None = None
    _ids: Callable[[], str] = field(default_factory=lambda: numbered("mail"))

    def send_raw_email(self, request: Request) -> Reply:
        form = request.form
        to = tuple(v for n, v in form.items() if n.startswith("Destinations.member."))
        tags = {
            form[f"Tags.member.{n}.Name"]: form[f"Tags.member.{n}.Value"]
            for n in range(1, 10)
            if f"Tags.member.{n}.Name" in form
        }
        if not all(map(_TAG_VALUE.fullmatch, tags.values())):
            raise Refused("InvalidParameterValue")
        raw = base64.b64decode(form["RawMessage.Data"])
        mail, message_id = Mail(tags.get(TAG, ""), to, raw), self._ids()
        self.mails.append(mail)
        if self.report and "ConfigurationSetName" in form:
            self.report(self._event("Send", mail, message_id))
        return query_reply("SendRawEmail", f"<MessageId>{message_id}</MessageId>")

    def _event(self, kind: str, mail: Mail, message_id: str) -> str:
        """Write an event as SES does (Amazon SES Developer Guide, event data examples)."""
        about = {
            "messageId": message_id,
            "timestamp": f"{self.now():%Y-%m-%dT%H:%M:%S.000Z}",
            "destination": mail.to,
            "tags": {TAG: [mail.claim], "ses:configuration-set": ["daybook-digest"]},
        }
        return json.dumps({"eventType": kind, "mail": about, kind.lower(): {}})
