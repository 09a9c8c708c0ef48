"""Reads the days that a dashboard shows from the archive, and what was assessed of them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.notifier.dashboard.cells import Cells, cells_of, joined, window_of
from services.notifier.report.displayed import Shown
from shared.archive import (
    archived_days,
    changed_since,
    read_each,
    read_earlier_day,
    read_outlook,
)
from shared.day_record import PeriodRecord
from shared.day_status import DayStatus
from shared.days import Period
from shared.locations import BREAKDOWNS, OUTLOOKS, period_record_key
from shared.outlook import Outlook
from shared.ports import ObjectReader


@dataclass(frozen=True)
class Window:
    """What was read, and the ETags of the days' objects that say so.

    `statuses`: how far each archived day can be relied on, as the ledger knows it.
    """

    cells: Cells
    outlooks: tuple[Outlook, ...]
    etags: dict[date, str]
    statuses: dict[date, DayStatus]


async def read_window(
    store: ObjectReader, day: date, metric: str, shown: Shown | None = None
) -> Window:
    """Read the window that ends with `day`, in the display currency where `shown` converts to it.

    Raises MismatchError for bytes nobody wrote, InputError when a rate is missing.
    """
    first = window_of(day)[0].first
    days = await archived_days(store, BREAKDOWNS, first, day)
    tables = await read_each(days, lambda archived: read_earlier_day(store, archived))
    read = {archived: table for archived, table in tables.items() if table is not None}
    parts = []
    for archived, table in read.items():
        rows = shown.table(table.rows, archived) if shown else table.rows
        parts.append(await asyncio.to_thread(cells_of, archived, rows, metric))
    outlooks = await _outlooks(store, first, day)
    etags = {archived: table.etag for archived, table in read.items()}
    statuses = await _statuses(store, days)
    return Window(await asyncio.to_thread(joined, parts), outlooks, etags, statuses)


async def changed_meanwhile(store: ObjectReader, window: Window) -> list[date]:
    """Return which days of the window have another object by now."""
    by_period: dict[Period, dict[date, str]] = {}
    for day, etag in window.etags.items():
        by_period.setdefault(Period.of(day), {})[day] = etag
    return [day for p, read in by_period.items() for day in await changed_since(store, p, read)]


async def _statuses(store: ObjectReader, days: Sequence[date]) -> dict[date, DayStatus]:
    """Return the days' statuses; of a month that was never delivered, nobody knows them."""
    found: dict[date, DayStatus] = {}
    for period in sorted({Period.of(day) for day in days}):
        kept = await store.get(period_record_key(period))
        record = PeriodRecord.model_validate_json(kept.body) if kept else None
        if record and not record.adopted:
            found |= {day: record.status(day) for day in days if Period.of(day) == period}
    return found


async def _outlooks(store: ObjectReader, first: date, last: date) -> tuple[Outlook, ...]:
    days = await archived_days(store, OUTLOOKS, first, last)
    read = await read_each(days, lambda day: read_outlook(store, day))
    return tuple(row for rows in read.values() for row in rows or [])
