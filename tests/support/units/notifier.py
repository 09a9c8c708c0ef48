"""A notifier in a small world of its own."""

import asyncio
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from services.notifier.audiences import Audiences
from services.notifier.handler import SendDigest
from shared.config_people import Digest, Owner
from shared.currency import Display
from shared.errors import Telling
from shared.events import DigestSent, Event
from shared.memory import MemoryBell, MemoryStore
from tests.support.units.events import NOON, Days, cataloged
from tests.support.units.leases import new_lease
from tests.support.units.mail import ScriptedPost
from tests.support.units.rows import DAY, row

DIGEST = Digest(sender="daybook@example.com", recipients=("finops@example.com",))
PROD = Owner(ou="Workloads/Prod", recipients=("prod@example.com",))
DAYS: Days = {
    DAY: [
        row("12.5"),
        row("3", OU="Sandbox", OUPath="Root/Sandbox", LinkedAccount="222222222222"),
    ]
}
"""A day on which an owner's OU had cost, and another's."""


class Notifier:
    """A notifier over a bucket, with a post office, a bell and a clock in reach."""

    def __init__(self, *troubles: Exception, store: MemoryStore | None = None) -> None:
        self.store = store or MemoryStore()
        self.post = ScriptedPost(list(troubles))
        self.bell: Any = MemoryBell()
        self.now = NOON
        self.stopping = asyncio.Event()
        self.display: Display | None = None
        self.audiences = Audiences(DIGEST)
        self.said: list[Event] = []

    async def hear(self, event: Event) -> list[DigestSent]:
        """Have the notifier handle an event; raises what the loop would go by."""

        def clock() -> datetime:
            return self.now

        handle = SendDigest(
            self.store,
            self.post,
            self.bell,
            self.audiences,
            "amortized",
            self.display,
            now=clock,
        )
        try:
            said = await handle(event, new_lease(stopping=self.stopping))
        except Telling as some:
            self.said += some.says
            raise some.meant from None
        self.said += said
        return [event for event in said if isinstance(event, DigestSent)]


async def hear(notifier: Notifier, days: Days, **asked: Any) -> None:
    """Have a run archive these days, as of its last, and the notifier hear of it."""
    run = f"run-of-{max(days)}"
    await notifier.hear(await cataloged(notifier.store, days, **({"run": run} | asked)))


def last_text(notifier: Notifier) -> str:
    """Return the text part of the mail that was sent last."""
    envelope, _ = notifier.post.sent[-1]
    message = message_from_bytes(envelope.message, policy=default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    assert body
    return str(body.get_content())


def notifier(*troubles: Exception, **audiences: object) -> Notifier:
    """Return a notifier that has these lists, too."""
    made = Notifier(*troubles)
    made.audiences = replace(made.audiences, **audiences)  # type: ignore[arg-type]
    return made


def mails(made: Notifier) -> dict[str, EmailMessage]:
    """Return what was sent by the kind in its claim."""
    found = {}
    for envelope, claim in made.post.sent:
        message = message_from_bytes(envelope.message, policy=default)
        assert isinstance(message, EmailMessage)
        found[claim[11:].rpartition("-")[0]] = message
    return found


def text_of(message: EmailMessage) -> str:
    """Return a mail's text part."""
    body = message.get_body(("plain",))
    assert body
    return str(body.get_content())
