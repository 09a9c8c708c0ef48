"""Makes a period's days visible: partitions first, then the dashboards' data sets."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from shared.errors import Reject
from shared.events import (
    AssessedData,
    CatalogedData,
    Event,
    PeriodAssessed,
    PeriodCataloged,
    Refresh,
    follow_up,
)
from shared.lease import Lease
from shared.ports import AlarmBell

SOURCE = "daybook.catalog"


class Partitions(Protocol):
    """The data catalog."""

    async def ensure(self, table: str, days: Sequence[date]) -> int:
        """Register each day's partition; return how many were made or mended."""


class Refresher(Protocol):
    """The dashboards' data sets."""

    async def refresh(self, dataset: str, name: str) -> Refresh:
        """Refresh one data set and wait for the result."""


@dataclass(frozen=True)
class CatalogPeriod:
    """The catalog worker's handler."""

    partitions: Partitions
    refresher: Refresher
    datasets: tuple[str, ...]
    bell: AlarmBell

    async def __call__(self, event: Event, _: Lease) -> Sequence[Event]:
        """Register the period's partitions; refresh once if the run changed anything."""
        if not isinstance(event, PeriodAssessed):
            raise Reject(f"the catalog worker does not hear {event.type}")
        data = event.data
        changed = await self.partitions.ensure("ou_breakdown", [day.day for day in data.days])
        changed += await self.partitions.ensure("ou_outlook", [day.day for day in data.outlooks])
        refreshes = await self._refresh(event.runid, data) if data.changed else []
        return [
            follow_up(
                event,
                PeriodCataloged,
                CatalogedData(**data.model_dump(), partitions=changed, refreshes=tuple(refreshes)),
                source=SOURCE,
                about=data.period,
            )
        ]

    async def _refresh(self, run: str, data: AssessedData) -> list[Refresh]:
        """A dashboard that stays old is an alarm, but no reason to hold the digest back."""
        name = f"daybook-{run}-{data.period}"
        refreshes = await asyncio.gather(
            *(self.refresher.refresh(dataset, name) for dataset in self.datasets)
        )
        for refresh in refreshes:
            if refresh.status != "COMPLETED":
                await self.bell.ring(
                    f"Daybook: {refresh.dataset} was not refreshed",
                    f"QuickSight ingestion {refresh.ingestion} of {refresh.dataset} ended "
                    f"{refresh.status}; the dashboard still shows the data before run {run}.",
                )
        return refreshes
