"""What the house needs of the world, as protocols: adapters and fakes implement these."""

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from shared.events import Event


@dataclass(frozen=True)
class Message:
    """One delivery of an event; `receives` counts the deliveries so far, this one included.

    Until `ours_until`, in seconds of the event loop's clock, nobody else is handed it; by default
    that is not known.
    """

    id: str
    body: str
    handle: str
    receives: int
    ours_until: float = field(default=-math.inf, compare=False)


class Inbox(Protocol):
    """A worker's queue."""

    async def receive(self) -> Message | None:
        """Wait a short while for a message; None when there is none."""

    async def extend(self, message: Message, seconds: int) -> None:
        """Keep the message invisible for `seconds` from now; raise LeaseLost if it is not ours."""

    async def release(self, message: Message, after: int) -> None:
        """Give the message back, visible again after `after` seconds."""

    async def defer(self, message: Message, after: int) -> None:
        """Put the message back as a new one without receives, visible after `after` seconds.

        The new one is there before the old one is gone: a crash between leaves both.
        """

    async def delete(self, message: Message) -> None:
        """Take a message that is done off the queue."""


class Outbox(Protocol):
    """The events topic."""

    async def publish(self, event: Event) -> None:
        """Tell everybody."""


class AlarmBell(Protocol):
    """The alarm topic: e-mail to the people who run Daybook."""

    async def ring(self, subject: str, text: str) -> None:
        """Send one alarm; `subject` is at most 99 printable ASCII characters."""


@dataclass(frozen=True)
class StoredObject:
    """An object's body and what S3 knows about it; `modified` is UTC."""

    key: str
    body: bytes
    etag: str
    modified: datetime
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ObjectInfo:
    """What S3 says of an object without its body; size in bytes."""

    key: str
    size: int
    etag: str
    modified: datetime
    metadata: dict[str, str] = field(default_factory=dict)


class ObjectReader(Protocol):
    """One versioned bucket, or a copy of it, for those who only read."""

    @property
    def bucket(self) -> str:
        """The bucket's name."""

    async def get(self, key: str) -> StoredObject | None:
        """Read an object; None when there is none."""

    async def head(self, key: str) -> ObjectInfo | None:
        """Read an object's metadata; None when there is none."""

    async def list(self, prefix: str) -> list[ObjectInfo]:
        """List the objects whose key begins with `prefix`, in key order, without metadata."""


class ObjectStore(ObjectReader, Protocol):
    """One versioned bucket."""

    async def put(self, key: str, body: bytes, *, metadata: dict[str, str] | None = None) -> str:
        """Write an object, whatever is there; returns its ETag, as all writes do."""

    async def create(self, key: str, body: bytes, *, metadata: dict[str, str] | None = None) -> str:
        """Write an object that must not exist yet; raise Conflict if it does."""

    async def replace(
        self, key: str, body: bytes, *, etag: str, metadata: dict[str, str] | None = None
    ) -> str:
        """Write over the object that has this ETag; raise Conflict if it has another."""
