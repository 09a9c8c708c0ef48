"""The archived days of a report: each as the ledger records it, or a refusal that names it."""

from collections.abc import Collection
from datetime import date

import pyarrow as pa

from shared.archive import ArchivedTable, read_earlier_day
from shared.breakdown import amounts_of
from shared.day_record import DayRecord
from shared.days import days_between
from shared.errors import InputError, MismatchError
from shared.ledger import Ledger
from shared.locations import DAY_RECORDS, breakdown_key, day_of_record, day_record_key
from shared.ports import ObjectStore


async def recorded_days(store: ObjectStore) -> set[date]:
    """Return every day that the ledger has."""
    listed = await store.list(DAY_RECORDS)
    return {day for item in listed if (day := day_of_record(item.key))}


def days_due(recorded: Collection[date], first: date, last: date) -> list[date]:
    """Return which days must be archived: all but those before the first that ever was."""
    return list(days_between(max(first, min(recorded, default=first)), last))


async def read_whole_day(store: ObjectStore, day: date) -> pa.Table:
    """Read an archived day; raise InputError unless it is there as the ledger records it."""
    entry = await Ledger(store).read(day_record_key(day), DayRecord)
    try:
        found = await read_earlier_day(store, day)
    except MismatchError as error:
        raise _refusal(store, day, str(error)) from None
    record = entry.doc if entry else None
    if found is None:
        missing = "is in the ledger and not in the archive" if record else "is not archived"
        raise _refusal(store, day, f"{day} {missing}")
    if not _is_recorded(found, record):
        raise _refusal(store, day, f"{day} is not what the ledger records")
    return found.rows


def _is_recorded(found: ArchivedTable, record: DayRecord | None) -> bool:
    if record is None:
        return False
    newest = record.newest
    return found.sha256 == newest.sha256 and amounts_of(found.rows) == newest.totals


def _refusal(store: ObjectStore, day: date, problem: str) -> InputError:
    where = f"s3://{store.bucket}/{breakdown_key(day)}"
    return InputError(where, problem, f"Archive it again: daybook replay {day}")
