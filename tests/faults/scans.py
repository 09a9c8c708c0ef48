"""Invariants: who started a scan finds it again, and no table outlives the message it was for."""

from collections.abc import Iterator

from services.query.athena_engine import TABLE
from tests.faults.world import World

ASKING = ("day-ready", "backfill-requested")


def repeated(world: World) -> Iterator[str]:
    """Say when more scans were paid for than messages asked: a failed query costs nothing."""
    messages = _messages(world)
    paid = [e for e in world.athena.executions.values() if e.fate["State"] != "FAILED"]
    if len(paid) > len(messages):
        yield f"the export was scanned {len(paid)} times for {len(messages)} messages"


def left(world: World) -> Iterator[str]:
    """Say which tables are still there; a message that became a dead letter may leave its own."""
    tables = [name for name in world.glue.tables if name.startswith(TABLE)]
    if len(tables) > max(0, len(_messages(world)) - 1):
        yield f"{', '.join(tables)} are still in the catalog"


def _messages(world: World) -> set[str]:
    """Return the ids of the messages that asked for a scan; a redrive gives a new one."""
    return {line["message"] for line in world.lines if line.get("heard") in ASKING}
