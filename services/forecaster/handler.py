"""Writes the outlook of the run's days from what the archive says."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pyarrow as pa

from services.forecaster.anomalies import Lookout
from services.forecaster.assess import Forecasts, Rules, Spend, assess
from services.forecaster.driven import Drivers
from services.forecaster.explained import Explanations
from services.forecaster.foresight import asked_days, complete_days, forecasts_of
from services.forecaster.past import Past, read_past
from services.forecaster.reconciled import DayTotal, require_outlook, require_read
from shared.anomalies import anomalies_table
from shared.archive import changed_since, read_day
from shared.breakdown import amounts_by_ou, amounts_of
from shared.config_outlook import AwsBudget
from shared.currency import Display
from shared.days import Period
from shared.errors import InputError, Reject, Retry
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
from shared.limits import budgets_of
from shared.locations import anomalies_key, changes_key, outlook_key
from shared.money import Amounts
from shared.newest import Contender, write_newest
from shared.outlook import outlook_table
from shared.parquet import to_parquet
from shared.ports import ObjectStore
from shared.why import changes_table

SOURCE = "daybook.forecaster"


@dataclass(frozen=True)
class Spent:
    """What a period's days cost, by OU and altogether, in the currency of the lights."""

    by_ou: tuple[Spend, ...]
    totals: tuple[DayTotal, ...]


@dataclass(frozen=True)
class AssessPeriod:
    """The forecaster's handler; `metric` is the cost that budgets are set in."""

    store: ObjectStore
    metric: str
    rules: Rules
    display: Display | None = None
    limits: tuple[AwsBudget, ...] = ()

    async def __call__(self, event: Event, _: Lease) -> Sequence[Event]:
        """Assess every day that the run was asked for."""
        if not isinstance(event, PeriodArchived):
            raise Reject(f"the forecaster does not hear {event.type}")
        tables, etags = await self._tables(event.data)
        try:
            spent = self._spent(tables, event.data.period)
        except InputError as error:
            raise Reject(str(error)) from error
        past = await self._past(event.data, tables)
        forecasts = await forecasts_of(event.data, past.costs, self.rules.planned) if past else {}
        if past:
            await self._tell(past, event)
        rules = await self._rules()
        outlooks = [
            await self._write(day, spent, rules, forecasts.get(day), event)
            for day in asked_days(event.data)
        ]
        # A newer delivery's outlook that is as the one before writes nothing, so nothing stops
        # an older one: who wrote from an archive that has changed since must write again.
        if changed := await changed_since(self.store, event.data.period, etags):
            raise Retry(f"{changed[0]} was archived anew while it was assessed", after=1)
        return [
            follow_up(
                event,
                PeriodAssessed,
                AssessedData(**event.data.model_dump(), outlooks=tuple(outlooks)),
                source=SOURCE,
                about=event.data.period,
            )
        ]

    async def _rules(self) -> Rules:
        """Return the rules, with the limits of AWS Budgets as the query worker saw them."""
        budgets = await budgets_of(self.store, self.rules.budgets, self.limits)
        return replace(self.rules, budgets=budgets)

    async def _past(self, data: ArchivedData, tables: Mapping[date, pa.Table]) -> Past | None:
        """Read what came before, unless there is no complete day to conclude anything of."""
        if not complete_days(data):
            return None
        return await read_past(self.store, self.metric, self.display, data, tables)

    async def _tell(self, past: Past, event: PeriodArchived) -> None:
        """Write what stands out on each complete day, and why its cost changed."""
        rules = self.rules.anomalies
        explanations = Explanations(rules.acknowledged, self.rules.planned)
        lookout = await asyncio.to_thread(Lookout.over, past.cells, rules.floor)
        drivers = Drivers(past.compared.drivers, self.metric, self.display)
        for day in complete_days(event.data):
            found = drivers.named(lookout.anomalies(day, explanations))
            await self._keep(anomalies_key(day), anomalies_table(found), event)
            changes = await asyncio.to_thread(past.compared.changes, day)
            await self._keep(changes_key(day), changes_table(changes), event)

    async def _keep(self, key: str, table: pa.Table, event: PeriodArchived) -> None:
        body = to_parquet(table)
        ours = Contender(body, table.num_rows, event.data.source_version, event.runid)
        await write_newest(self.store, key, ours)

    async def _tables(self, data: ArchivedData) -> tuple[dict[date, pa.Table], dict[date, str]]:
        """Return the period's rows by day, and the ETags of the objects that they are from."""
        tables: dict[date, pa.Table] = {}
        etags: dict[date, str] = {}
        for archived in data.days:
            table = await read_day(self.store, archived.day, data)
            await require_read(self.store, archived, table)
            tables[archived.day], etags[archived.day] = table.rows, table.etag
        return tables, etags

    def _spent(self, tables: Mapping[date, pa.Table], period: Period) -> Spent:
        """Add up what was spent; raise InputError when the display currency has no rate for it."""
        return Spent(
            by_ou=tuple(
                spend for day in tables for spend in self._spends(day, tables[day], period)
            ),
            totals=tuple(
                DayTotal(day, *self._shown(part, period))
                for day, table in tables.items()
                for part in amounts_of(table)
            ),
        )

    def _spends(self, day: date, table: pa.Table, period: Period) -> Iterator[Spend]:
        for ou_path, amounts in amounts_by_ou(table).items():
            for part in amounts:
                yield Spend(day, ou_path, *self._shown(part, period))

    def _shown(self, part: Amounts, period: Period) -> tuple[str, Decimal]:
        """Return the currency that lights are in, and the cost in it."""
        amount = part.metric(self.metric)
        if self.display is None:
            return part.currency, amount
        return self.display.currency, self.display.convert(amount, part.currency, period)

    async def _write(
        self,
        day: date,
        spent: Spent,
        rules: Rules,
        forecasts: Forecasts | None,
        event: PeriodArchived,
    ) -> AssessedDay:
        data = event.data
        complete = data.status_of(day) != "partial"
        rows = assess(day, spent.by_ou, rules, forecasts, complete=complete)
        body = to_parquet(outlook_table(rows))
        require_outlook(body, day, spent.totals, rounded=self.display is not None)
        ours = Contender(body, len(rows), data.source_version, event.runid)
        key = outlook_key(day)
        stands = await write_newest(self.store, key, ours)
        uri = f"s3://{self.store.bucket}/{key}"
        return AssessedDay(day=day, outcome=stands.outcome, uri=uri, sha256=stands.sha256)
