"""Which of several objects in a day's place is the day's own, as the ledger knows it."""

from collections.abc import Iterable
from datetime import date

from shared.day_record import DayRecord
from shared.locations import day_record_key
from shared.parquet import sha256
from shared.ports import ObjectReader, StoredObject


async def recorded_object(
    store: ObjectReader, day: date, keys: Iterable[str]
) -> StoredObject | None:
    """Return the object whose bytes are those of the ledger's newest version; None where none is.

    Names decide nothing: what was adopted has any, and a copy beside it may sort before it.
    """
    known = await store.get(day_record_key(day))
    if known is None:
        return None
    said = DayRecord.model_validate_json(known.body).newest.sha256
    for key in keys:
        found = await store.get(key)
        if found and sha256(found.body) == said:
            return found
    return None
