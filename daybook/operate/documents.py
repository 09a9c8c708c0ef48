"""The ledger's documents as a person's commands read them: damage is told, and hides no more."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from daybook.operate.reach import each
from shared.errors import InputError
from shared.ledger import Entry, Ledger
from shared.locations import (
    DAY_RECORDS,
    DIGEST_CLAIMS,
    OUTLOOKS,
    PERIOD_RECORDS,
    digest_claim_key,
)
from shared.ports import ObjectStore
from shared.s3 import S3Store

Doc = TypeVar("Doc", bound=BaseModel)
_DAY = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-[0-3][0-9]-")
AUDITED = (DAY_RECORDS, PERIOD_RECORDS, DIGEST_CLAIMS, OUTLOOKS)
"""Prefixes of what the audit reads, too."""


@dataclass(frozen=True)
class Documents:
    """Reads documents; `unreadable` are the keys of those that are not what they should be."""

    store: ObjectStore
    unreadable: set[str] = field(default_factory=set)

    async def keys(self, prefix: str) -> list[str]:
        """List the documents below a prefix."""
        return [item.key for item in await self.store.list(prefix) if is_document(item.key)]

    async def read(self, key: str, kind: type[Doc]) -> Doc | None:
        """Read a document; None when there is none, or none that can be read."""
        try:
            entry = await Ledger(self.store).read(key, kind)
        except ValidationError:
            self.unreadable.add(key)
            return None
        return entry.doc if entry else None

    async def read_all(self, keys: Iterable[str], kind: type[Doc]) -> dict[str, Doc]:
        """Read many documents, by key, in the keys' order; without those that cannot be read."""
        asked = list(keys)
        found = await each(lambda key: self.read(key, kind), asked)
        return {key: doc for key, doc in zip(asked, found, strict=True) if doc is not None}


async def needed(store: S3Store, key: str, kind: type[Doc]) -> Entry[Doc] | None:
    """Read a document without which a command has nothing to say.

    None when there is none; raises InputError when it is not what it should be.
    """
    try:
        return await Ledger(store).read(key, kind)
    except ValidationError:
        where = f"s3://{store.bucket}/{key}"
        raise InputError(where, "is no document of the ledger", _remedy(key)) from None


def is_document(key: str) -> bool:
    """Say whether a key may be a document's: what has another ending was put there by somebody."""
    return key.endswith(".json")


def is_claim(key: str) -> bool:
    """Say whether a key is of a claim: a copy that somebody left there has a name of its own."""
    name = key.rpartition("/")[2].removesuffix(".json")
    return key == digest_claim_key(name) and _DAY.match(name) is not None


def line(key: str) -> str:
    """Say that something cannot be read, and what to do."""
    return f"UNREADABLE: {key}. {_remedy(key)}"


def _remedy(key: str) -> str:
    known = key.startswith(AUDITED)
    return "daybook audit says what to do" if known else "Put its last good version in its place"
