"""Sends one mail to one list of recipients, once: claim, send and record belong together."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from services.notifier.claim import claim_name
from services.notifier.delivery import Delivery
from services.notifier.message import Envelope
from services.notifier.post import Post
from shared.digest_claim import Told
from shared.lease import Lease, finished
from shared.ledger import Ledger
from shared.ports import AlarmBell, ObjectStore


@dataclass(frozen=True)
class Mail:
    """A mail that is ready to go out, and which of its day and run it is.

    `told`: what its claim remembers of it.
    """

    day: date
    kind: str
    run: str
    envelope: Envelope
    told: Told = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The claim's name."""
        return claim_name(self.day, self.kind, self.envelope.recipients)


@dataclass(frozen=True)
class Sender:
    """Where mail goes out, and where it is remembered."""

    store: ObjectStore
    post: Post
    bell: AlarmBell
    now: Callable[[], datetime]
    lease: Lease

    async def once(self, mail: Mail) -> str | None:
        """Send; returns the message id, or None when another run sent it or nobody knows.

        A worker that stops finishes it first. Raises as `Delivery.send_once`.
        """
        delivery = Delivery(Ledger(self.store), self.post, self.bell, self.now, self.lease)
        return await finished(delivery.send_once(mail.name, mail.run, mail.envelope, mail.told))
