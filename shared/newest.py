"""One object at a fixed key, of which the newest version wins, whoever writes first.

An object whose bytes are right already is left alone, whichever version it is from. So this does
not stop an older version that is written at the same time as a newer one is found unchanged: who
writes must look again afterwards whether a newer one has begun (archiver, forecaster).
"""

from dataclasses import dataclass
from typing import Literal

from shared.errors import Conflict, Retry
from shared.parquet import sha256
from shared.ports import ObjectInfo, ObjectStore

TRIES = 4
Written = Literal["changed", "unchanged", "superseded"]


@dataclass(frozen=True)
class Contender:
    """What is to stand at a key; `source_version` sorts later for a newer source."""

    body: bytes
    rows: int
    source_version: str
    run: str

    @property
    def metadata(self) -> dict[str, str]:
        """What is kept with the bytes."""
        return {
            "sha256": sha256(self.body),
            "rows": str(self.rows),
            "source-version": self.source_version,
            "run": self.run,
        }


@dataclass(frozen=True)
class Standing:
    """What stands at the key now, and what the write did to it."""

    outcome: Written
    sha256: str
    rows: int


async def write_newest(store: ObjectStore, key: str, ours: Contender) -> Standing:
    """Put the object unless the same bytes or a newer version are there.

    A step that is repeated by the same run says `changed` again. Raises Retry after four lost
    races.
    """
    metadata = ours.metadata
    for _ in range(TRIES):
        found = await store.head(key)
        if found and (outcome := _outcome(found, metadata)):
            return _standing(outcome, found.metadata)
        try:
            if found:
                await store.replace(key, ours.body, etag=found.etag, metadata=metadata)
            else:
                await store.create(key, ours.body, metadata=metadata)
        except Conflict:
            continue
        return _standing("changed", metadata)
    raise Retry(f"{key} is being written by others", after=30)


def _outcome(found: ObjectInfo, ours: dict[str, str]) -> Written | None:
    """Say whether the object that is there may stand; None when ours must replace it."""
    theirs = found.metadata
    if theirs.get("sha256") == ours["sha256"]:
        return "changed" if theirs.get("run") == ours["run"] else "unchanged"
    newer = theirs.get("source-version", "") > ours["source-version"]
    return "superseded" if newer else None


def _standing(outcome: Written, metadata: dict[str, str]) -> Standing:
    return Standing(outcome, metadata["sha256"], int(metadata["rows"]))
