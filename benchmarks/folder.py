"""A bucket in a folder that can be written to, for steps that are measured one by one.

Memory in which a bucket lies would be taken for that of the step. One writer at a time.
"""

import asyncio
import json
from dataclasses import dataclass

from daybook.folder_store import FolderStore
from shared.errors import Conflict
from shared.ports import ObjectInfo, StoredObject

METADATA = ".metadata.json"


@dataclass(frozen=True)
class WritableFolder(FolderStore):
    """Keeps metadata in a file beside each object."""

    async def get(self, key: str) -> StoredObject | None:
        """Read a file and its metadata; None when there is none."""
        found = await super().get(key)
        if found is None:
            return None
        beside = self.folder / f"{key}{METADATA}"
        known = json.loads(beside.read_text(encoding="utf-8"))
        return StoredObject(found.key, found.body, found.etag, found.modified, known)

    async def list(self, prefix: str) -> list[ObjectInfo]:
        """List the objects."""
        return [item for item in await super().list(prefix) if not item.key.endswith(METADATA)]

    async def put(self, key: str, body: bytes, *, metadata: dict[str, str] | None = None) -> str:
        """Write a file."""
        await asyncio.to_thread(self._write, key, body, metadata or {})
        found = await self.get(key)
        return found.etag if found else ""

    async def create(self, key: str, body: bytes, *, metadata: dict[str, str] | None = None) -> str:
        """Write a file that is not there yet."""
        if await self.get(key):
            raise Conflict(key)
        return await self.put(key, body, metadata=metadata)

    async def replace(
        self, key: str, body: bytes, *, etag: str, metadata: dict[str, str] | None = None
    ) -> str:
        """Write a file anew that has this ETag."""
        found = await self.get(key)
        if found is None or found.etag != etag:
            raise Conflict(key)
        return await self.put(key, body, metadata=metadata)

    def _write(self, key: str, body: bytes, metadata: dict[str, str]) -> None:
        file = self.folder / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
        beside = file.with_name(f"{file.name}{METADATA}")
        beside.write_text(json.dumps(metadata), encoding="utf-8")
