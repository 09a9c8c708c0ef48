"""One object at a fixed key, of which the newest version wins, whoever writes first."""

from typing import Literal

from shared.errors import Conflict, Retry
from shared.ports import ObjectInfo, ObjectStore

TRIES = 4
Written = Literal["changed", "unchanged", "superseded"]


async def write_newest(
    store: ObjectStore, key: str, body: bytes, metadata: dict[str, str]
) -> Written:
    """Put the object unless the same bytes or a newer version are there.

    `metadata` must hold `sha256`, `run` and `source-version`, which sorts later for a newer
    source. A step that is repeated by the same run says `changed` again. Raises Retry after
    four lost races.
    """
    for _ in range(TRIES):
        found = await store.head(key)
        if found and (outcome := _standing(found, metadata)):
            return outcome
        try:
            if found:
                await store.replace(key, body, etag=found.etag, metadata=metadata)
            else:
                await store.create(key, body, metadata=metadata)
        except Conflict:
            continue
        return "changed"
    raise Retry(f"{key} is being written by others", after=30)


def _standing(found: ObjectInfo, ours: dict[str, str]) -> Written | None:
    """Say whether the object that is there may stand; None when ours must replace it."""
    theirs = found.metadata
    if theirs.get("sha256") == ours["sha256"]:
        return "changed" if theirs.get("run") == ours["run"] else "unchanged"
    newer = theirs.get("source-version", "") > ours["source-version"]
    return "superseded" if newer else None
