"""A run's archive on disk, read as the bucket it was copied from."""

import asyncio
import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from shared.errors import Conflict
from shared.parquet import sha256
from shared.ports import ObjectInfo, StoredObject


@dataclass(frozen=True)
class FolderStore:
    """Reads only: an ETag is the MD5 of the bytes, as S3's of an object put whole.

    The copy has no metadata, so the checksum is the one of the bytes that lie there.
    """

    folder: Path
    bucket: str = "folder"

    async def get(self, key: str) -> StoredObject | None:
        """Read a file; None when there is none."""
        return await asyncio.to_thread(_read, self.folder, key)

    async def head(self, key: str) -> ObjectInfo | None:
        """Read what is known of a file; None when there is none."""
        found = await self.get(key)
        return _info(found) if found else None

    async def list(self, prefix: str) -> list[ObjectInfo]:
        """List the files whose path below the folder begins with `prefix`, in order."""
        return await asyncio.to_thread(_list, self.folder, prefix)


@dataclass(frozen=True)
class RunStore(FolderStore):
    """The copy that a run left, for what makes its reports anew: nothing is written to it.

    `put` is what keeps a CSV that no mail can hold: the run has it beside its reports.
    """

    async def put(self, key: str, body: bytes, *, metadata: dict[str, str] | None = None) -> str:
        """Keep nothing; returns the ETag that the bytes would have."""
        del key, metadata
        return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'

    async def create(self, key: str, body: bytes, *, metadata: dict[str, str] | None = None) -> str:
        """Refuse: nothing that makes a report creates anything."""
        del body, metadata
        raise Conflict(key)

    async def replace(
        self, key: str, body: bytes, *, etag: str, metadata: dict[str, str] | None = None
    ) -> str:
        """Refuse, as `create`."""
        del body, etag, metadata
        raise Conflict(key)


def _read(folder: Path, key: str) -> StoredObject | None:
    file = folder / key
    if not file.is_file():
        return None
    body = file.read_bytes()
    modified = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    etag = f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
    return StoredObject(key, body, etag, modified, {"sha256": sha256(body)})


def _list(folder: Path, prefix: str) -> list[ObjectInfo]:
    below = folder / prefix.rpartition("/")[0]
    keys = [file.relative_to(folder).as_posix() for file in below.rglob("*") if file.is_file()]
    found = [_read(folder, key) for key in sorted(keys) if key.startswith(prefix)]
    return [replace(_info(each), metadata={}) for each in found if each]


def _info(stored: StoredObject) -> ObjectInfo:
    return ObjectInfo(
        stored.key, len(stored.body), stored.etag, stored.modified, dict(stored.metadata)
    )
