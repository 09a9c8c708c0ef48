"""Writes the outlook of the run's days from what the archive says."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from services.forecaster.assess import Forecasts, Rules, Spend, assess
from services.forecaster.history import Cost, History, costs_of
from shared.archive import changed_since, read_day
from shared.breakdown import amounts_by_ou
from shared.config import PlannedEvent
from shared.days import days_between
from shared.errors import Reject, Retry
from shared.events import (
    ArchivedData,
    AssessedData,
    AssessedDay,
    Event,
    PeriodArchived,
    PeriodAssessed,
    follow_up,
)
from shared.lease import Lease
from shared.locations import outlook_key
from shared.newest import Contender, write_newest
from shared.outlook import outlook_table
from shared.parquet import to_parquet
from shared.ports import ObjectStore

SOURCE = "daybook.forecaster"
LONG_ENOUGH = 35
"""Days of history from which on there is a forecast."""
MOST_WORK = 15_000
"""Series to forecast for one message; a lease lasts half an hour, a series takes 50 ms."""
Costs = Mapping[date, Sequence[Cost]]


@dataclass(frozen=True)
class AssessPeriod:
    """The forecaster's handler; `metric` is the cost that budgets are set in."""

    store: ObjectStore
    metric: str
    rules: Rules

    async def __call__(self, event: Event, lease: Lease) -> Sequence[Event]:
        """Assess every day that the run was asked for."""
        if not isinstance(event, PeriodArchived):
            raise Reject(f"the forecaster does not hear {event.type}")
        tables, etags = await self._tables(event.data, lease)
        spends = [spend for day, table in tables.items() for spend in self._spends(day, table)]
        asked = asked_days(event.data)
        forecasts = await self._forecasts(event.data, tables, lease)
        outlooks = tuple(
            [await self._write(day, spends, forecasts.get(day), event) for day in asked]
        )
        # A newer delivery's outlook that is as the one before writes nothing, so nothing stops
        # an older one: who wrote from an archive that has changed since must write again.
        if changed := await changed_since(self.store, event.data.period, etags):
            raise Retry(f"{changed[0]} was archived anew while it was assessed", after=1)
        return [
            follow_up(
                event,
                PeriodAssessed,
                AssessedData(**event.data.model_dump(), outlooks=outlooks),
                source=SOURCE,
                about=event.data.period,
            )
        ]

    async def _tables(
        self, data: ArchivedData, lease: Lease
    ) -> tuple[dict[date, pa.Table], dict[date, str]]:
        """Return the period's rows by day, and the ETags of the objects that they are from."""
        tables: dict[date, pa.Table] = {}
        etags: dict[date, str] = {}
        for archived in data.days:
            read = await read_day(self.store, archived.day, data)
            tables[archived.day], etags[archived.day] = read.rows, read.etag
            await lease.extend()
        return tables, etags

    def _spends(self, day: date, table: pa.Table) -> Iterator[Spend]:
        for ou_path, amounts in amounts_by_ou(table).items():
            for part in amounts:
                yield Spend(day, ou_path, part.currency, part.metric(self.metric))

    async def _forecasts(
        self, data: ArchivedData, tables: dict[date, pa.Table], lease: Lease
    ) -> dict[date, Forecasts]:
        """Forecast from each asked day that is complete, as far as there is history enough."""
        complete = [d for d in asked_days(data) if is_complete(d, data)]
        history = History(self.store, self.metric)
        earlier = await history.days_before(data.period) if complete else []
        complete = [d for d in complete if len(earlier) + d.day >= LONG_ENOUGH]
        if not complete:
            return {}
        costs = await lease.hold(history.read(earlier))
        for day, table in tables.items():
            costs[day] = costs_of(table, self.metric) or []
        return {
            day: await lease.hold(asyncio.to_thread(_expect, costs, day, self.rules.planned))
            for day in complete[-_affordable(costs, data.day) :]
        }

    async def _write(
        self,
        day: date,
        spends: list[Spend],
        forecasts: Forecasts | None,
        event: PeriodArchived,
    ) -> AssessedDay:
        data = event.data
        rows = assess(day, spends, self.rules, forecasts, complete=is_complete(day, data))
        table = outlook_table(rows)
        ours = Contender(to_parquet(table), table.num_rows, data.source_version, event.runid)
        key = outlook_key(day)
        stands = await write_newest(self.store, key, ours)
        uri = f"s3://{self.store.bucket}/{key}"
        return AssessedDay(day=day, outcome=stands.outcome, uri=uri, sha256=stands.sha256)


def asked_days(data: ArchivedData) -> Iterator[date]:
    """Yield the days that a run was asked for."""
    return days_between(data.first_day, data.day)


def is_complete(day: date, data: ArchivedData) -> bool:
    """Say whether a day is fully delivered."""
    return data.complete_through is not None and day <= data.complete_through


def _affordable(costs: Costs, day: date) -> int:
    """Return how many days of a backfill can be forecast while the message's lease may last."""
    parts = {(cost.ou_path, cost.currency, cost.kind) for cost in costs[day]}
    return max(1, MOST_WORK // max(len(parts), 1))


def _expect(costs: Costs, day: date, planned: Sequence[PlannedEvent]) -> Forecasts:
    """Forecast; what that needs is imported only here, where there is something to forecast."""
    from services.forecaster.expectation import expect  # noqa: PLC0415 - 1.5 s and 130 MB

    return expect(costs, day, planned)
