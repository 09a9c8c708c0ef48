"""Buckets in memory that misbehave once, at the place a test chooses."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from shared.errors import Conflict
from shared.memory import MemoryStore

Step = Callable[[], Awaitable[object]]
Metadata = dict[str, str] | None


@dataclass
class CrashingStore(MemoryStore):
    """Fails the first `crashes` writes below `prefix`: nothing is written."""

    prefix: str = ""
    crashes: int = 1

    async def put(self, key: str, body: bytes, *, metadata: Metadata = None) -> str:
        if self.crashes and key.startswith(self.prefix):
            self.crashes -= 1
            raise OSError("the worker died")
        return await super().put(key, body, metadata=metadata)


@dataclass
class ForgetfulStore(MemoryStore):
    """Writes, loses the answer, tries again and is told that something is there already."""

    prefix: str = ""
    lost: int = 1

    async def put(self, key: str, body: bytes, *, metadata: Metadata = None) -> str:
        etag = await super().put(key, body, metadata=metadata)
        if self.lost and key.startswith(self.prefix):
            self.lost -= 1
            raise Conflict(key)
        return etag


@dataclass
class RacingStore(MemoryStore):
    """Lets others act just before or just after a conditional write below `prefix`."""

    prefix: str = ""
    before: list[Step] = field(default_factory=list)
    after: list[Step] = field(default_factory=list)

    async def create(self, key: str, body: bytes, *, metadata: Metadata = None) -> str:
        await self._step(self.before, key)
        etag = await super().create(key, body, metadata=metadata)
        await self._step(self.after, key)
        return etag

    async def replace(self, key: str, body: bytes, *, etag: str, metadata: Metadata = None) -> str:
        await self._step(self.before, key)
        written = await super().replace(key, body, etag=etag, metadata=metadata)
        await self._step(self.after, key)
        return written

    async def _step(self, steps: list[Step], key: str) -> None:
        if steps and key.startswith(self.prefix):
            await steps.pop(0)()
