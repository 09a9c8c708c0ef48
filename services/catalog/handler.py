"""Makes a period's days visible: partitions first, then the dashboards' data sets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol

from services.catalog.access import Access, Refresher
from shared.errors import Reject
from shared.events import (
    ArchivedDay,
    AssessedData,
    AssessedDay,
    CatalogedData,
    Event,
    PeriodAssessed,
    PeriodCataloged,
    Refresh,
    follow_up,
)
from shared.lease import Lease
from shared.ledger import Ledger
from shared.locations import run_record_key, run_records_prefix
from shared.ports import AlarmBell, ObjectStore
from shared.run_record import RunRecord
from shared.together import together

SOURCE = "daybook.catalog"


class Partitions(Protocol):
    """The data catalog."""

    async def ensure(self, table: str, days: Sequence[date]) -> int:
        """Register each day's partition; return how many were made or mended."""


@dataclass(frozen=True)
class CatalogPeriod:
    """The catalog worker's handler."""

    partitions: Partitions
    refresher: Refresher
    datasets: tuple[str, ...]
    store: ObjectStore
    bell: AlarmBell
    access: Access | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def __call__(self, event: Event, _: Lease) -> Sequence[Event]:
        """Register the partitions and record the run; refresh once at the end of what changed."""
        if not isinstance(event, PeriodAssessed):
            raise Reject(f"the catalog worker does not hear {event.type}")
        data = event.data
        changed = await self.partitions.ensure("ou_breakdown", [day.day for day in data.days])
        changed += await self.partitions.ensure("ou_outlook", [day.day for day in data.outlooks])
        await self._renew_access(event.runid)
        refreshes = await self._recorded(event.runid, data)
        return [
            follow_up(
                event,
                PeriodCataloged,
                CatalogedData(**data.model_dump(), partitions=changed, refreshes=tuple(refreshes)),
                source=SOURCE,
                about=data.period,
            )
        ]

    async def _renew_access(self, run: str) -> None:
        """Before the rows: nobody sees new ones by rules that no longer hold."""
        if self.access is None:
            return
        refresh = await self.access.renew(self.store, self.refresher, run)
        if refresh.status != "COMPLETED":
            await self.bell.ring(
                f"Daybook: {refresh.dataset} was not refreshed",
                f"QuickSight ingestion {refresh.ingestion} of {refresh.dataset}, the rules of who "
                f"sees which OU, ended {refresh.status} in run {run}: the rules imported before "
                "still hold, and who was taken out of the roster since still sees their OU. The "
                "next run tries again; to have it sooner: daybook publish day-ready. "
                "docs/runbook.md: a data set was not refreshed.",
            )

    async def _recorded(self, run: str, data: AssessedData) -> Sequence[Refresh]:
        """Record what came of the run, and refresh what shows it when it is the last to come.

        A backfill of many periods counts against a quota of 32 refreshes a day: its dashboards are
        refreshed when all of its periods are recorded. Whoever sees that refreshes, under a name
        that is the same for all of them.
        """
        ledger, key = Ledger(self.store), run_record_key(run, data.period)
        ours = RunRecord.of(run, data, self.now())
        await ledger.create(key, ours)
        name = f"daybook-{run}-{data.period}"
        changed = data.changed
        if data.batch and data.batch.of > 1:
            records = await self._records(run)
            name = f"daybook-{run}"
            changed = len(records) == data.batch.of and any(r.changed for r in records)
        if not changed:
            return ()
        refreshes = tuple(await self._refresh(name, run, data))
        done = {"refreshes": refreshes, "refreshed_at": self.now()}
        await ledger.update(key, RunRecord, lambda known: (known or ours).model_copy(update=done))
        return refreshes

    async def _records(self, run: str) -> list[RunRecord]:
        ledger = Ledger(self.store)
        listed = await self.store.list(run_records_prefix(run))
        entries = [await ledger.read(item.key, RunRecord) for item in listed]
        return [entry.doc for entry in entries if entry]

    async def _refresh(self, name: str, run: str, data: AssessedData) -> list[Refresh]:
        """A dashboard that stays old is an alarm, but no reason to hold the digest back."""
        refreshes = await together(
            self.refresher.refresh(dataset, name) for dataset in self.datasets
        )
        for refresh in refreshes:
            if refresh.status != "COMPLETED":
                await self.bell.ring(
                    f"Daybook: {refresh.dataset} was not refreshed",
                    f"QuickSight ingestion {refresh.ingestion} of {refresh.dataset} ended "
                    f"{refresh.status}; the dashboard still shows {_changed(data)} as before "
                    f"run {run}. The digest is not held back by it. The next run that changes "
                    "something refreshes again; to have it sooner: "
                    f"{self.refresher.by_hand(refresh)}. "
                    "docs/runbook.md: a data set was not refreshed.",
                )
        return refreshes


def _changed(data: AssessedData) -> str:
    """Name the days of a period that a run changed, or the period, of a run over many."""
    both: tuple[ArchivedDay | AssessedDay, ...] = (*data.days, *data.outlooks)
    days = sorted(each.day for each in both if each.outcome in ("new", "restated", "changed"))
    if not days:
        return str(data.period)
    return f"{days[0]}" if days[0] == days[-1] else f"{days[0]} to {days[-1]}"
