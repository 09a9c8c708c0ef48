"""The ports in memory, for tests. They pass the same contract tests as AWS's."""

import hashlib
import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from shared.errors import Conflict, LeaseLost
from shared.events import Event
from shared.ports import Message, ObjectInfo, StoredObject


@dataclass
class MemoryStore:
    """A versioned bucket; `versions` keeps every body ever written under a key."""

    bucket: str = "memory"
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    versions: dict[str, list[StoredObject]] = field(default_factory=dict)

    async def get(self, key: str) -> StoredObject | None:
        """Read the newest version."""
        if key not in self.versions:
            return None
        found = self.versions[key][-1]
        return replace(found, metadata=dict(found.metadata))

    async def head(self, key: str) -> ObjectInfo | None:
        """Read the newest version's metadata."""
        found = await self.get(key)
        return _info(found) if found else None

    async def list(self, prefix: str) -> list[ObjectInfo]:
        """List keys in order; like S3, without metadata."""
        newest = (self.versions[key][-1] for key in sorted(self.versions))
        return [replace(_info(o), metadata={}) for o in newest if o.key.startswith(prefix)]

    async def put(self, key: str, body: bytes, *, metadata: dict[str, str] | None = None) -> str:
        """Add a version."""
        for text in (metadata or {}).items():
            "".join(text).encode("ascii")  # S3 takes no other; botocore refuses it likewise
        etag = f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
        stored = StoredObject(key, body, etag, self.now(), dict(metadata or {}))
        self.versions.setdefault(key, []).append(stored)
        return etag

    async def create(self, key: str, body: bytes, *, metadata: dict[str, str] | None = None) -> str:
        """Add the first version."""
        if key in self.versions:
            raise Conflict(key)
        return await self.put(key, body, metadata=metadata)

    async def replace(
        self, key: str, body: bytes, *, etag: str, metadata: dict[str, str] | None = None
    ) -> str:
        """Add a version after the one with this ETag."""
        found = await self.get(key)
        if found is None or found.etag != etag:
            raise Conflict(key)
        return await self.put(key, body, metadata=metadata)


def _info(stored: StoredObject) -> ObjectInfo:
    return ObjectInfo(
        stored.key, len(stored.body), stored.etag, stored.modified, dict(stored.metadata)
    )


@dataclass
class MemoryInbox:
    """A queue: received messages are invisible until released; `extended` counts heartbeats."""

    waiting: deque[Message] = field(default_factory=deque)
    taken: dict[str, Message] = field(default_factory=dict)
    released: list[tuple[Message, int]] = field(default_factory=list)
    deferred: list[tuple[Message, int]] = field(default_factory=list)
    deleted: list[Message] = field(default_factory=list)
    extended: int = 0
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def send(self, body: str) -> None:
        """Put a message on the queue."""
        self.waiting.append(Message(f"message-{next(self._numbers)}", body, "", 0))

    async def receive(self) -> Message | None:
        """Take the first visible message."""
        if not self.waiting:
            return None
        message = self.waiting.popleft()
        handle = f"{message.id}/{message.receives + 1}"
        message = replace(message, handle=handle, receives=message.receives + 1)
        self.taken[handle] = message
        return message

    async def extend(self, message: Message, seconds: int) -> None:
        """Count a heartbeat."""
        del seconds
        if message.handle not in self.taken:
            raise LeaseLost(message.id)
        self.extended += 1

    async def release(self, message: Message, after: int) -> None:
        """Make the message visible again, whatever `after` says: there is no clock here."""
        self.waiting.append(self.taken.pop(message.handle))
        self.released.append((message, after))

    async def defer(self, message: Message, after: int) -> None:
        """Put a new message with the same body on the queue, visible at once, and delete this."""
        self.send(message.body)
        self.deferred.append((message, after))
        await self.delete(message)

    async def delete(self, message: Message) -> None:
        """Forget the message."""
        self.deleted.append(self.taken.pop(message.handle))


@dataclass
class MemoryOutbox:
    """A topic that keeps what it was told."""

    events: list[Event] = field(default_factory=list)

    async def publish(self, event: Event) -> None:
        """Keep the event."""
        self.events.append(event)


@dataclass
class MemoryBell:
    """An alarm topic that keeps what rang."""

    alarms: list[tuple[str, str]] = field(default_factory=list)

    async def ring(self, subject: str, text: str) -> None:
        """Keep the alarm."""
        self.alarms.append((subject, text))
