"""Writes a run's dashboard beside the archive: one per day, and the latest."""

import asyncio
from dataclasses import dataclass, replace

from services.notifier.dashboard.model import Dashboard, Told, dashboard
from services.notifier.dashboard.page import page
from services.notifier.dashboard.reading import Window, changed_meanwhile, read_window
from services.notifier.report.displayed import Shown
from shared.errors import Retry
from shared.locations import LATEST_DASHBOARD, dashboard_key
from shared.newest import Contender, write_newest
from shared.ports import ObjectStore


@dataclass(frozen=True)
class Dashboards:
    """Where dashboards are written to.

    `metric` is the cost that they show, `shown` what converts it to the display currency.
    """

    store: ObjectStore
    metric: str
    shown: Shown | None = None

    async def write(self, told: Told) -> Dashboard:
        """Write the page of a run's day unless a newer delivery's is there, and so the latest.

        Returns what the page says.
        Raises Retry when the archive changed while it was read: the page is then made again.
        """
        window = await read_window(self.store, told.day, self.metric, self.shown)
        board = await asyncio.to_thread(made_of, told, window)
        body = await asyncio.to_thread(page, board)
        ours = Contender(body, len(window.cells.days), told.source_version, told.run)
        await write_newest(self.store, dashboard_key(told.day), ours)
        # A backfill of an old day is newer, and not the latest day.
        of_day = replace(ours, source_version=f"{told.day} {told.source_version}")
        await write_newest(self.store, LATEST_DASHBOARD, of_day)
        if changed := await changed_meanwhile(self.store, window):
            raise Retry(f"{changed[0]} was archived anew while its dashboard was made", after=1)
        return board


def made_of(told: Told, window: Window) -> Dashboard:
    """Return what the page of what was read says."""
    return dashboard(told, window.cells, window.outlooks, statuses=window.statuses)
