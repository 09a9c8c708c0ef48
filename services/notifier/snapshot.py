"""Archives the executive PDF of a run: one a day, the newest delivery's."""

import asyncio
from dataclasses import dataclass

from services.notifier.dashboard.model import Dashboard
from services.notifier.executive.document import executive_pdf
from services.notifier.report.report import Report
from shared.locations import snapshot_key
from shared.newest import Contender, write_newest
from shared.ports import ObjectStore


@dataclass(frozen=True)
class Snapshots:
    """Where snapshots are written to."""

    store: ObjectStore

    async def write(self, report: Report, board: Dashboard) -> bytes:
        """Write the PDF of a run's day unless a newer delivery's is there; returns this run's."""
        pdf = await asyncio.to_thread(executive_pdf, report, board)
        origin = report.origin
        ours = Contender(pdf, len(board.archived), origin.source_version, origin.run)
        await write_newest(self.store, snapshot_key(report.figures.day), ours)
        return pdf
