"""Reads the archive back, and believes only bytes that match their checksum."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from datetime import date
from typing import NamedTuple, TypeVar

import pyarrow as pa

from shared.adopted import is_adopted, with_adopted_columns
from shared.anomalies import Anomaly, anomalies_rows
from shared.breakdown import with_every_column
from shared.day_record import DayRecord
from shared.days import Period
from shared.drivers import SCHEMA
from shared.errors import MismatchError, Retry
from shared.events import ArchivedData
from shared.locations import (
    BREAKDOWNS,
    anomalies_key,
    breakdown_key,
    breakdowns_prefix,
    changes_key,
    day_of_partition,
    day_record_key,
    drivers_key,
    is_data,
    of_year,
    outlook_key,
    partition,
)
from shared.outlook import Outlook, outlook_rows
from shared.own_object import recorded_object
from shared.parquet import from_parquet, sha256
from shared.ports import ObjectReader, StoredObject
from shared.together import together
from shared.why import Change, changes_rows

AT_ONCE = 8
Read = TypeVar("Read")


class ArchivedTable(NamedTuple):
    """A day's rows, and the checksum and ETag of the object they came from."""

    rows: pa.Table
    sha256: str
    etag: str


async def read_day(store: ObjectReader, day: date, said: ArchivedData) -> ArchivedTable:
    """Read a day that an event says is archived: that very object, or a newer delivery's.

    Raises Retry when neither is there yet, MismatchError when the bytes are not those that
    were written.
    """
    found = await _stored(store, day)
    if found is None or not _fits(found, day, said):
        raise Retry(f"{breakdown_key(day)} is not the object of this run", after=60)
    return await _decoded(store, day, found)


async def read_earlier_day(store: ObjectReader, day: date) -> ArchivedTable | None:
    """Read whatever is archived of a day; None when nothing is. Raises MismatchError as above."""
    found = await _stored(store, day)
    return await _decoded(store, day, found) if found else None


async def read_outlook(store: ObjectReader, day: date) -> list[Outlook] | None:
    """Read a day's outlook; None when there is none. Raises MismatchError as above."""
    table = await _checked_table(store, outlook_key(day))
    return None if table is None else outlook_rows(table)


async def read_anomalies(store: ObjectReader, day: date) -> list[Anomaly] | None:
    """Read what stood out as of a day, heaviest first; None when nobody looked for it.

    An empty list means that nothing stood out. Raises MismatchError as above.
    """
    table = await _checked_table(store, anomalies_key(day))
    return None if table is None else anomalies_rows(table)


async def read_changes(store: ObjectReader, day: date) -> list[Change] | None:
    """Read why cost changed on a day and in its month, per OU; None when nobody compared.

    `shared.why.within` adds an OU's subtree up. Raises MismatchError as above.
    """
    table = await _checked_table(store, changes_key(day))
    return None if table is None else changes_rows(table)


async def archived_days(store: ObjectReader, table: str, first: date, last: date) -> list[date]:
    """Return the days of `BREAKDOWNS` or `OUTLOOKS` that are there, in order.

    A listing per year: one request of S3 holds a thousand keys, more than a year has.
    """
    found = {
        day_of_partition(item.key)
        for year in range(first.year, last.year + 1)
        for item in await store.list(of_year(table, year))
    }
    return sorted(day for day in found if day and first <= day <= last)


async def read_each(
    days: Iterable[date], read: Callable[[date], Awaitable[Read]]
) -> dict[date, Read]:
    """Read days, some at a time: one by one, the way to S3 and back would take longest."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(day: date) -> tuple[date, Read]:
        async with gate:
            return day, await read(day)

    return dict(await together(one(day) for day in days))


async def read_drivers(store: ObjectReader, period: Period) -> pa.Table:
    """Read what drives a period's cost (`shared/drivers.py`); no rows where nothing is archived.

    Raises MismatchError as above.
    """
    table = await _checked_table(store, drivers_key(period))
    return SCHEMA.empty_table() if table is None else table.select(SCHEMA.names).cast(SCHEMA)


async def changed_since(store: ObjectReader, period: Period, read: dict[date, str]) -> list[date]:
    """Return of which days of a period the object that was read, by its ETag, is there no more.

    Under any name: which of several a reader takes, a listing does not tell.
    """
    stands: dict[date, set[str]] = defaultdict(set)
    for item in await store.list(breakdowns_prefix(period)):
        if day := day_of_partition(item.key):
            stands[day].add(item.etag)
    return [day for day, etag in read.items() if etag not in stands[day]]


async def _stored(store: ObjectReader, day: date) -> StoredObject | None:
    """Return a day's object: the one at its key, or the one in its place, under any name.

    What was archived before Daybook keeps the name that it had. Beside others it is the ledger's.
    """
    found = await store.get(breakdown_key(day))
    if found and "sha256" in found.metadata:
        return found  # by a worker; what is not may be a copy beside what was adopted
    listed = await store.list(f"{BREAKDOWNS}{partition(day)}")
    there = [item.key for item in listed if is_data(item.key)]
    if len(there) == 1:
        return await store.get(there[0])
    return await recorded_object(store, day, there) or found


def _fits(found: StoredObject, day: date, said: ArchivedData) -> bool:
    """An unchanged day keeps the older delivery it was written from: its checksum decides."""
    if found.metadata.get("source-version", "") > said.source_version:
        return True
    checksums = {archived.day: archived.sha256 for archived in said.days}
    return found.metadata.get("sha256", sha256(found.body)) == checksums.get(day)


async def _decoded(store: ObjectReader, day: date, found: StoredObject) -> ArchivedTable:
    if "sha256" not in found.metadata:
        return await _adopted(store, day, found)
    checksum, table = _checked(found), from_parquet(found.body)
    if is_adopted(table):  # a copy of it, to which somebody gave a checksum
        return await _adopted(store, day, found)
    return ArchivedTable(with_every_column(table), checksum, found.etag)


async def _adopted(store: ObjectReader, day: date, found: StoredObject) -> ArchivedTable:
    """Read a day that was there before Daybook: its checksum and its currency are in the ledger."""
    checksum, known = sha256(found.body), await store.get(day_record_key(day))
    record = DayRecord.model_validate_json(known.body) if known else None
    version = record.version(checksum) if record else None
    if version is None or not version.adopted:
        raise MismatchError(f"{found.key} does not match its checksum")
    table = from_parquet(found.body)
    if not is_adopted(table):
        return ArchivedTable(with_every_column(table), checksum, found.etag)
    currency = version.totals[0].currency if version.totals else ""
    return ArchivedTable(with_adopted_columns(table, currency), checksum, found.etag)


async def _checked_table(store: ObjectReader, key: str) -> pa.Table | None:
    found = await store.get(key)
    if found is None:
        return None
    _checked(found)
    return from_parquet(found.body)


def _checked(found: StoredObject) -> str:
    checksum = sha256(found.body)
    if checksum != found.metadata.get("sha256"):
        raise MismatchError(f"{found.key} does not match its checksum")
    return checksum
