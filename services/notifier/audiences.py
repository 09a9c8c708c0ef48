"""Who hears of a run beside the digest's own list: owners, executives, channels.

Each list has a claim of its own. What one of them cannot be sent holds none of the others back.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from services.notifier.channels.chat import chat_envelope
from services.notifier.compose import Composed
from services.notifier.mail.message import Envelope
from services.notifier.mails import executive_envelope, part_envelope
from services.notifier.parts import part_of
from services.notifier.report.displayed import Shown
from services.notifier.sending.one_list import Mail, Sender
from services.notifier.sending.post import Post
from shared.config_people import Chat, Digest, Executives, Owner, parts
from shared.errors import LeaseLost, Reject, Retry, Stopping
from shared.events import PeriodCataloged
from shared.locations import split_uri

PART, EXECUTIVE, CHAT = "part", "executive", "chat"
"""Kinds of claims."""
Action = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Audiences:
    """The lists of the configuration; `channels` posts to webhooks."""

    digest: Digest
    executives: Executives | None = None
    roster: tuple[Owner, ...] = ()
    chat: tuple[Chat, ...] = ()
    channels: Post | None = None

    def to_channels(self, sender: Sender) -> Sender:
        """Return what posts to the webhooks, and remembers as `sender` does."""
        return replace(sender, post=self.channels or sender.post)


@dataclass(frozen=True)
class Others:
    """Tells the other audiences of one run."""

    audiences: Audiences
    sender: Sender
    event: PeriodCataloged
    now: datetime

    async def tell(self, made: Composed, shown: Shown | None) -> None:
        """Send the owners' parts and post to the channels.

        Raises the first Retry, or else Reject, after all were tried.
        """
        to = self.audiences
        channels = to.to_channels(self.sender)
        sends: list[Action] = [
            *(
                partial(self._tell_owners, made, shown, people, ous)
                for people, ous in parts(to.roster).items()
            ),
            *(
                partial(channels.once, self._mail(CHAT, chat_envelope(made.report, each)))
                for each in to.chat
            ),
        ]
        await try_all(sends)

    async def tell_executives(self, made: Composed, pdf: bytes) -> None:
        """Mail the PDF to the executives on the days on which they get it."""
        to, day = self.audiences.executives, self.event.data.day
        if to and is_due(to, day):
            digest = self._to(to.recipients)
            envelope = executive_envelope(made.report, digest, pdf, self.now)
            await self.sender.once(self._mail(EXECUTIVE, envelope))

    async def _tell_owners(
        self,
        made: Composed,
        shown: Shown | None,
        people: tuple[str, ...],
        ous: tuple[str, ...],
    ) -> None:
        part = await asyncio.to_thread(part_of, made, ous, shown)
        if location := part.report.origin.csv_location:
            await self.sender.store.put(split_uri(location)[1], part.csv)
        envelope = part_envelope(part, self._to(people), self.now)
        await self.sender.once(self._mail(PART, envelope))

    def _to(self, recipients: tuple[str, ...]) -> Digest:
        return self.audiences.digest.model_copy(update={"recipients": recipients})

    def _mail(self, kind: str, envelope: Envelope) -> Mail:
        data = self.event.data
        again = f"{kind}-replay-{self.event.runid}" if data.replay else kind
        return Mail(data.day, again, self.event.runid, envelope)


def is_due(executives: Executives, day: date) -> bool:
    """Say whether the executives get a mail of this day's figures."""
    tomorrow = day + timedelta(days=1)
    due = {"day": True, "week": tomorrow.weekday() == 0, "month": tomorrow.day == 1}
    return due[executives.every]


async def try_all(sends: Sequence[Action]) -> None:
    """Try all of them; what may go out later counts more than what never will."""
    troubles: list[Exception] = []
    for send in sends:
        try:
            await send()
        except (LeaseLost, Stopping):
            raise
        except Exception as error:  # noqa: BLE001 - one list's trouble holds back none of the others
            troubles.append(error)
    for trouble in sorted(troubles, key=_hopeless):
        raise trouble


def _hopeless(trouble: Exception) -> int:
    """Rank what is known to pass before what may, and that before what never will."""
    return 0 if isinstance(trouble, Retry) else 2 if isinstance(trouble, Reject) else 1
