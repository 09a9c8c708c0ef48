"""Reads the days that a dashboard shows from the archive, and what was assessed of them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.notifier.dashboard.cells import Cells, cells_of, joined, window_of
from services.notifier.displayed import Shown
from shared.archive import changed_since, read_earlier_day, read_outlook
from shared.days import Period
from shared.locations import breakdowns_prefix, day_of_breakdown, outlook_key, outlooks_prefix
from shared.outlook import Outlook
from shared.ports import ObjectReader


@dataclass(frozen=True)
class Window:
    """What was read, and the ETags of the days' objects that say so."""

    cells: Cells
    outlooks: tuple[Outlook, ...]
    etags: dict[date, str]


async def read_window(
    store: ObjectReader, day: date, metric: str, shown: Shown | None = None
) -> Window:
    """Read the window that ends with `day`, in the display currency where `shown` converts to it.

    Raises MismatchError for bytes nobody wrote, InputError when a rate is missing.
    """
    parts: list[Cells] = []
    etags: dict[date, str] = {}
    outlooks: list[Outlook] = []
    for period in window_of(day):
        for archived in await _days(store, period, day):
            table = await read_earlier_day(store, archived)
            if table is None:
                continue
            etags[archived] = table.etag
            rows = shown.table(table.rows) if shown else table.rows
            parts.append(await asyncio.to_thread(cells_of, archived, rows, metric))
        outlooks += await _outlooks(store, period, day)
    return Window(await asyncio.to_thread(joined, parts), tuple(outlooks), etags)


async def changed_meanwhile(store: ObjectReader, window: Window) -> list[date]:
    """Return which days of the window have another object by now."""
    by_period: dict[Period, dict[date, str]] = {}
    for day, etag in window.etags.items():
        by_period.setdefault(Period.of(day), {})[day] = etag
    return [day for p, read in by_period.items() for day in await changed_since(store, p, read)]


async def _days(store: ObjectReader, period: Period, until: date) -> Sequence[date]:
    listed = await store.list(breakdowns_prefix(period))
    return [day for item in listed if (day := day_of_breakdown(item.key)) <= until]


async def _outlooks(store: ObjectReader, period: Period, until: date) -> list[Outlook]:
    rows: list[Outlook] = []
    there = {item.key for item in await store.list(outlooks_prefix(period))}
    for day in period.days(until=until):
        if outlook_key(day) in there:
            rows += await read_outlook(store, day) or []
    return rows
