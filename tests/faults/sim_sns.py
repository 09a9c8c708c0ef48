"""Simulated SNS: one topic that fans out by filters on the body, one that alarms people."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.faults.process import numbered
from tests.faults.wire import Refused, Reply, Request, query_reply

LIMIT = 256 * 1024
SUBJECT = re.compile(r"[^\x00-\x1f\x7f]{1,99}")
Spread = Callable[[str, int], list[float]]
"""From a queue's name and the number of a delivery to the delays of its copies."""


@dataclass(frozen=True)
class Alarm:
    """One alarm and the process that rang it."""

    subject: str
    text: str


@dataclass
class SimSns:
    """Delivers to queues through `send(queue, body, after=…)`."""

    send: Callable[..., object]
    hears: dict[str, Mapping[str, object]]
    """The filter policy of each queue."""
    mailed: Sequence[str] = ()
    """The queues that hear what SES says of mails."""
    alarms: list[Alarm] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    spread: Spread = lambda _queue, _number: [0]
    watch: Callable[[str], None] = lambda _body: None
    _ids: Callable[[], str] = field(default_factory=lambda: numbered("published"))

    def publish(self, request: Request) -> Reply:
        form = request.form
        subject = form.get("Subject")
        refused = subject is not None and not SUBJECT.fullmatch(subject)
        if refused or len(form["Message"].encode()) > LIMIT:
            raise Refused("InvalidParameter")
        topic = form["TopicArn"].rpartition(":")[2]
        if topic == "daybook-alarms":
            self.alarms.append(Alarm(subject or "", form["Message"]))
        elif topic == "daybook-events":
            self.tell(form["Message"])
        else:
            raise Refused("NotFound", 404)
        return query_reply("Publish", f"<MessageId>{self._ids()}</MessageId>")

    def tell(self, body: str) -> None:
        """Fan one event of the events topic out."""
        self.said.append(body)
        read = _object(body)
        number = len(self.said) - 1
        self.watch(str(read.get("type", "")))
        for queue, policy in self.hears.items():
            if _passes(read, policy):
                for after in self.spread(queue, number):
                    self.send(queue, body, after=after)

    def report(self, body: str, *, after: float = 0) -> None:
        """Fan one event of SES out: a topic of its own, whoever hears of mail is subscribed."""
        for queue in self.mailed:
            self.send(queue, body, after=after)


def _object(body: str) -> dict[str, Any]:
    """Return what subscriptions filter by; what is no JSON object reaches nobody."""
    try:
        read = json.loads(body)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _passes(read: Mapping[str, Any], policy: Mapping[str, Any]) -> bool:
    """Say whether every key fits: one of the values, or that it is missing."""
    missing = {"exists": False}
    return bool(read) and all(
        read[key] in values if read.get(key) is not None else missing in values
        for key, values in policy.items()
    )
