"""A dead letter: the event that it is, and why nobody could handle it or deliver it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.errors import Ignore, Reject
from shared.events import Event, parse
from shared.failures import Failure


@dataclass(frozen=True)
class Letter:
    """One dead letter, the event that it is, or why it is none, and the worker's last failure."""

    queue: str
    id: str
    sent_at: datetime
    receives: int
    body: str
    handle: str
    event: Event | None
    problem: str
    failure: Failure | None
    undelivered: str = ""
    """Why it never got where it was to go; empty when a worker had it."""

    @property
    def worker(self) -> str:
        """Whose it is, as the commands name it: a worker, or the schedule."""
        name = self.queue.removeprefix("daybook-").removesuffix("-dlq")
        return name.removesuffix("-undelivered")

    @property
    def reason(self) -> str:
        """Why nobody could handle it, as far as that is known."""
        if self.failure:
            return f"{self.failure.kind}: {self.failure.reason}"
        unknown = "not noted: see the worker's log (settled, reason)"
        return self.undelivered or self.problem or unknown

    def record(self) -> dict[str, Any]:
        """Return it as JSON."""
        event = self.event
        return {
            "queue": self.queue,
            "message": self.id,
            "sent_at": self.sent_at.isoformat(),
            "receives": self.failure.receives if self.failure else self.receives,
            "type": event.type if event else None,
            "day": str(event.day) if event and event.day else None,
            "run": event.runid if event else None,
            "kind": self.failure.kind if self.failure else None,
            "reason": self.reason,
            "failed_at": self.failure.at.isoformat() if self.failure else None,
            "body": self.body,
        }


@dataclass(frozen=True)
class Look:
    """What was seen of dead-letter queues, and by queue how many are in somebody else's hands.

    Those are shown to nobody for as long: whoever looks at the same time, or was cut off while he
    did, holds them. `more` are, by queue, about how many a look leaves out that is full.
    """

    letters: list[Letter]
    in_hand: dict[str, int]
    more: dict[str, int] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether there is none at all."""
        return not (self.letters or self.in_hand or self.more)

    def begun_with(self, message: str) -> "Look":
        """Return it with those letters alone whose id begins so."""
        asked = [letter for letter in self.letters if letter.id.startswith(message)]
        return Look(asked, self.in_hand, self.more)


def put_together(looks: Iterable[Look]) -> Look:
    """Return the letters of several queues, oldest first."""
    known = list(looks)
    letters = [letter for look in known for letter in look.letters]
    in_hand = {name: count for look in known for name, count in look.in_hand.items()}
    more = {name: count for look in known for name, count in look.more.items()}
    return Look(sorted(letters, key=lambda letter: letter.sent_at), in_hand, more)


def read_body(body: str) -> tuple[Event | None, str]:
    """Return the event that a body is, or why it is none."""
    try:
        return parse(body), ""
    except (Ignore, Reject) as nonsense:
        return None, str(nonsense)


def attribute(raw: Mapping[str, Any], name: str) -> str:
    """Return an attribute that a message's sender gave it; empty without."""
    return str(raw.get("MessageAttributes", {}).get(name, {}).get("StringValue", ""))
