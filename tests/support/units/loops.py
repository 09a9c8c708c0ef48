"""A queue that ends the worker's loop when it runs dry, and handlers that do as they are told."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.errors import LeaseLost
from shared.events import Event
from shared.lease import Lease
from shared.memory import MemoryInbox, MemoryOutbox
from shared.ports import Message
from shared.worker import Worker
from tests.support.units.events import tick


@dataclass
class DryingInbox(MemoryInbox):
    """Raises its `troubles` first, and stops `worker` once nothing is waiting."""

    worker: Worker | None = None
    troubles: list[Exception] = field(default_factory=list)
    troubled: asyncio.Event = field(default_factory=asyncio.Event)

    async def receive(self) -> Message | None:
        await asyncio.sleep(0)
        if self.troubles:
            self.troubled.set()
            raise self.troubles.pop(0)
        message = await super().receive()
        if self.worker and message is None:
            self.worker.stop()
        return message


@dataclass
class BeatingInbox(MemoryInbox):
    """Sets `enough` when a lease was extended `beats` times."""

    beats: int = 1
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    async def extend(self, message: Message, seconds: int) -> None:
        await super().extend(message, seconds)
        if self.extended >= self.beats:
            self.enough.set()


@dataclass
class FleetingInbox(MemoryInbox):
    """Refuses to extend a lease after `beats` times."""

    beats: int = 0

    async def extend(self, message: Message, seconds: int) -> None:
        await super().extend(message, seconds)
        if self.extended > self.beats:
            raise LeaseLost(message.id)


@dataclass
class StutteringInbox(BeatingInbox):
    """Fails at the beats of these numbers, the first being 1; the message stays in hand."""

    fails: tuple[int, ...] = ()
    asked: int = 0

    async def extend(self, message: Message, seconds: int) -> None:
        self.asked += 1
        if self.asked in self.fails:
            raise OSError("SQS is out of reach")
        await super().extend(message, seconds)


@dataclass
class Script:
    """A handler that raises `trouble` or says what it was given to say."""

    trouble: BaseException | None = None
    says: tuple[Event, ...] = ()
    heard: list[Event] = field(default_factory=list)

    async def __call__(self, event: Event, lease: Lease) -> Sequence[Event]:
        del lease
        self.heard.append(event)
        if self.trouble:
            raise self.trouble
        return self.says


class BrokenOutbox(MemoryOutbox):
    """A topic that fails after `works` events."""

    def __init__(self, works: int = 0) -> None:
        super().__init__()
        self.works = works

    async def publish(self, event: Event) -> None:
        if len(self.events) == self.works:
            raise OSError("the topic is out of reach")
        await super().publish(event)


async def received(inbox: MemoryInbox, body: str | None = None) -> Message:
    """Send a message and take it off the queue."""
    inbox.send(tick().to_json() if body is None else body)
    message = await inbox.receive()
    assert message
    return message


def worker_of(inbox: MemoryInbox, handle: Script, outbox: MemoryOutbox | None = None) -> Worker:
    """Return a worker with a lease of half a minute."""
    return Worker(inbox, outbox or MemoryOutbox(), handle, visibility=30)
