"""Sends one mail to one list of recipients, once: claim, send and record belong together."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from services.notifier.mail.message import Envelope
from services.notifier.sending.claim import claim_name, first_claim
from services.notifier.sending.delivery import Delivery
from services.notifier.sending.post import Post
from shared.digest_claim import Told
from shared.errors import Reject
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
    """Where mail goes out, and where it is remembered.

    `only`: the claim of the one mail that is wanted; empty when all are. `met`: the claims of the
    mails that were.
    """

    store: ObjectStore
    post: Post
    bell: AlarmBell
    now: Callable[[], datetime]
    lease: Lease
    only: str = ""
    met: list[str] = field(default_factory=list)

    async def once(self, mail: Mail) -> str | None:
        """Send; returns the message id, or None when another run sent it, or nobody knows or asked.

        A worker that stops finishes it first. Raises as `Delivery.send_once`.
        """
        if self.only and first_claim(self.only) != first_claim(mail.name):
            return None
        self.met.append(mail.name)
        return await finished(
            self._delivery.send_once(mail.name, mail.run, mail.envelope, mail.told)
        )

    def require_met(self) -> None:
        """Raise Reject when no list has the claim that was to be told again: nobody was."""
        if self.only and not self.met:
            raise Reject(
                f"nobody is told again: no list has the claim {self.only} any more, its recipients "
                f"have changed; for every list: daybook replay {self.only[:10]} --notify"
            )

    async def not_needed(self, mail: Mail) -> None:
        """Send nothing, and leave no claim of an earlier attempt undecided.

        Raises as `Delivery.look_after`.
        """
        await self._delivery.look_after(mail.name, mail.run)

    @property
    def _delivery(self) -> Delivery:
        return Delivery(Ledger(self.store), self.post, self.bell, self.now, self.lease)
