"""Days that were archived before Daybook: what the export does not know of them stays."""

from collections.abc import Iterable, Sequence
from datetime import date

import structlog

from shared.day_record import DayRecord
from shared.days import Period
from shared.errors import Reject
from shared.events import ArchivedDay
from shared.ledger import Ledger
from shared.locations import (
    BREAKDOWNS,
    breakdown_key,
    breakdowns_prefix,
    day_of_partition,
    day_record_key,
    is_data,
    partition,
)
from shared.own_object import recorded_object
from shared.ports import ObjectReader, ObjectStore

log = structlog.get_logger()


async def standing_days(
    store: ObjectStore, empty: Iterable[date]
) -> dict[date, ArchivedDay | None]:
    """Return which of the days without lines stand as they are, with what the ledger has of them.

    An export that begins later than they do says nothing of them. Nor may a day be emptied that
    was not adopted yet, or whose record is lost: of such a one there is nothing to say (None).
    """
    kept: dict[date, ArchivedDay | None] = {}
    for day in empty:
        entry = await Ledger(store).read(day_record_key(day), DayRecord)
        if entry and entry.doc.newest.adopted:
            newest = entry.doc.newest
            kept[day] = ArchivedDay(
                day=day, outcome="unchanged", sha256=newest.sha256, rows=newest.rows
            )
        elif entry is None and (key := await _unsigned(store, day)):
            log.warning("not-adopted", key=key, kept=True, remedy="daybook adopt")
            kept[day] = None
    return kept


def not_adopted(days: Sequence[date]) -> tuple[str, ...]:
    """Return what a reader must know where days stand of which the ledger says nothing."""
    if not days:
        return ()
    span = f"{days[0]}" if len(days) == 1 else f"{days[0]} to {days[-1]}, {len(days)} days"
    return (f"Archived before Daybook and not adopted, so left out here: {span}.",)


async def _unsigned(store: ObjectReader, day: date) -> str | None:
    """Return the key of an object in a day's place that no worker wrote; None where none is."""
    for item in await store.list(f"{BREAKDOWNS}{partition(day)}"):
        found = await store.head(item.key) if is_data(item.key) else None
        if found and "sha256" not in found.metadata:
            return item.key
    return None


async def other_names(store: ObjectReader, period: Period, days: Iterable[date]) -> dict[date, str]:
    """Return the keys of those days whose object has another name than ours: an adopted one.

    It is written over under its own name, for two objects in a day's place would count twice.
    Raises Reject where several lie there and nothing says which of them is the day's.
    """
    found: dict[date, list[str]] = {}
    for item in await store.list(breakdowns_prefix(period)):
        if is_data(item.key) and (day := day_of_partition(item.key)):
            found.setdefault(day, []).append(item.key)
    others = {day: found[day] for day in days if day in found}
    return {
        day: keys[0] if len(keys) == 1 else await _own_of(store, day, keys)
        for day, keys in others.items()
        if breakdown_key(day) not in keys
    }


async def _own_of(store: ObjectReader, day: date, keys: Sequence[str]) -> str:
    """Return which of several is the day's: the one that a worker wrote, or the ledger's.

    A worker may have written it and died before it said so in the ledger.
    """
    heads = [await store.head(key) for key in keys]
    written = [head.key for head in heads if head and "source-version" in head.metadata]
    if len(written) == 1:
        return written[0]
    if recorded := await recorded_object(store, day, keys):
        return recorded.key
    raise Reject(
        f"{', '.join(keys)} lie in the place of {day}, and the ledger has none of them: "
        "leave one of them there, then ask for the day again"
    )
