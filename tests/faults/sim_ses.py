"""Simulated SES v1: keeps what it was given."""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field

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
    """Accepts all mail."""

    mails: list[Mail] = field(default_factory=list)
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
        self.mails.append(Mail(tags.get(TAG, ""), to, raw))
        return query_reply("SendRawEmail", f"<MessageId>{self._ids()}</MessageId>")
