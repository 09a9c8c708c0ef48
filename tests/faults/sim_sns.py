"""Simulated SNS: one topic that fans out by `type` in the body, one that alarms people."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.faults.process import numbered
from tests.faults.wire import Refused, Reply, Request, query_reply

LIMIT = 256 * 1024
MAIL = "mail-reported"
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
    hears: dict[str, tuple[str, ...]]
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
        kind = _type(body)
        number = len(self.said) - 1
        self.watch(kind)
        for queue, types in self.hears.items():
            if kind in types:
                for after in self.spread(queue, number):
                    self.send(queue, body, after=after)

    def report(self, body: str, *, after: float = 0) -> None:
        """Fan one event of SES out: a topic of its own, whoever hears of mail is subscribed."""
        for queue, types in self.hears.items():
            if MAIL in types:
                self.send(queue, body, after=after)


def _type(body: str) -> str:
    """Return what subscriptions filter by; what has none reaches nobody."""
    try:
        read = json.loads(body)
    except ValueError:
        return ""
    return str(read.get("type", "")) if isinstance(read, dict) else ""
