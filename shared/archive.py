"""Reads the archive back, and believes only bytes that match their checksum."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import date
from typing import NamedTuple, TypeVar

import pyarrow as pa

from shared.anomalies import Anomaly, anomalies_rows
from shared.breakdown import with_every_column
from shared.days import Period
from shared.errors import MismatchError, Retry
from shared.events import ArchivedData
from shared.locations import (
    anomalies_key,
    breakdown_key,
    breakdowns_prefix,
    changes_key,
    day_of,
    of_year,
    outlook_key,
)
from shared.outlook import Outlook, outlook_rows
from shared.parquet import from_parquet, sha256
from shared.ports import ObjectReader, StoredObject
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
    found = await store.get(breakdown_key(day))
    if found is None or not _fits(found, day, said):
        raise Retry(f"{breakdown_key(day)} is not the object of this run", after=60)
    return _decoded(found)


async def read_earlier_day(store: ObjectReader, day: date) -> ArchivedTable | None:
    """Read whatever is archived of a day; None when nothing is. Raises MismatchError as above."""
    found = await store.get(breakdown_key(day))
    return _decoded(found) if found else None


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
    found = [
        day_of(item.key)
        for year in range(first.year, last.year + 1)
        for item in await store.list(of_year(table, year))
    ]
    return sorted(day for day in found if first <= day <= last)


async def read_each(
    days: Iterable[date], read: Callable[[date], Awaitable[Read]]
) -> dict[date, Read]:
    """Read days, some at a time: one by one, the way to S3 and back would take longest."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(day: date) -> tuple[date, Read]:
        async with gate:
            return day, await read(day)

    return dict(await asyncio.gather(*(one(day) for day in days)))


async def changed_since(store: ObjectReader, period: Period, read: dict[date, str]) -> list[date]:
    """Return which days of a period have another object now than the ETags that were read say."""
    listed = await store.list(breakdowns_prefix(period))
    stands = {item.key: item.etag for item in listed}
    return [day for day, etag in read.items() if stands.get(breakdown_key(day)) != etag]


def _fits(found: StoredObject, day: date, said: ArchivedData) -> bool:
    """An unchanged day keeps the older delivery it was written from: its checksum decides."""
    if found.metadata.get("source-version", "") > said.source_version:
        return True
    checksums = {archived.day: archived.sha256 for archived in said.days}
    return found.metadata.get("sha256") == checksums.get(day)


def _decoded(found: StoredObject) -> ArchivedTable:
    checksum = _checked(found)
    return ArchivedTable(with_every_column(from_parquet(found.body)), checksum, found.etag)


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
