"""The ledger: small JSON documents under `ledger/`, written only with conditional PUTs.

It is the memory of what was archived and sent, and the claim table of effects that are not
idempotent by themselves. A document changes only against the ETag it was read with, so no writer
ever overwrites what it has not seen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel

from shared.errors import Conflict
from shared.ports import ObjectStore

Doc = TypeVar("Doc", bound=BaseModel)
TRIES = 5


@dataclass(frozen=True)
class Entry(Generic[Doc]):
    """A document and the ETag it was read with."""

    doc: Doc
    etag: str


class Ledger:
    """Reads and writes documents of the ledger."""

    def __init__(self, store: ObjectStore) -> None:
        """Keep the archive bucket."""
        self._store = store

    async def read(self, key: str, kind: type[Doc]) -> Entry[Doc] | None:
        """Read a document; None when there is none."""
        found = await self._store.get(key)
        return Entry(kind.model_validate_json(found.body), found.etag) if found else None

    async def create(self, key: str, doc: Doc) -> Entry[Doc] | None:
        """Write a document that must not exist yet; None when it does."""
        try:
            return Entry(doc, await self._store.create(key, _body(doc)))
        except Conflict:
            return None

    async def replace(self, key: str, entry: Entry[Doc], doc: Doc) -> Entry[Doc] | None:
        """Write over what was read; None when it has changed since."""
        try:
            return Entry(doc, await self._store.replace(key, _body(doc), etag=entry.etag))
        except Conflict:
            return None

    async def update(self, key: str, kind: type[Doc], change: Callable[[Doc | None], Doc]) -> Doc:
        """Apply `change` to the newest document until no other writer came between.

        Raises Conflict after five lost races.
        """
        for _ in range(TRIES):
            entry = await self.read(key, kind)
            doc = change(entry.doc if entry else None)
            if entry and doc == entry.doc:
                return doc
            if await (self.replace(key, entry, doc) if entry else self.create(key, doc)):
                return doc
        raise Conflict(key)


def _body(doc: BaseModel) -> bytes:
    return doc.model_dump_json(indent=1).encode()
