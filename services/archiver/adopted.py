"""Days that were archived before Daybook: what the export does not know of them stays."""

from collections.abc import Iterable
from datetime import date

from shared.day_record import DayRecord
from shared.days import Period
from shared.events import ArchivedDay
from shared.ledger import Ledger
from shared.locations import breakdown_key, breakdowns_prefix, day_of_partition, day_record_key
from shared.ports import ObjectReader, ObjectStore


async def adopted_days(store: ObjectStore, empty: Iterable[date]) -> dict[date, ArchivedDay]:
    """Return which of the days without lines were adopted; they stand as they are.

    An export that begins later than they do says nothing of them.
    """
    kept: dict[date, ArchivedDay] = {}
    for day in empty:
        entry = await Ledger(store).read(day_record_key(day), DayRecord)
        if entry and entry.doc.newest.adopted:
            newest = entry.doc.newest
            kept[day] = ArchivedDay(
                day=day, outcome="unchanged", sha256=newest.sha256, rows=newest.rows
            )
    return kept


async def other_names(store: ObjectReader, period: Period) -> dict[date, str]:
    """Return the keys of days whose only object has another name than ours: an adopted one.

    It is written over under its own name, for two objects in a day's place would count twice.
    """
    found: dict[date, list[str]] = {}
    for item in await store.list(breakdowns_prefix(period)):
        if day := day_of_partition(item.key):
            found.setdefault(day, []).append(item.key)
    return {
        day: keys[0]
        for day, keys in found.items()
        if len(keys) == 1 and keys[0] != breakdown_key(day)
    }
