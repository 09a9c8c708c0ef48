"""Writes the outlook of the run's days from what the archive says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.forecaster.assess import Rules, Spend, assess
from services.forecaster.reconciled import DayTotal, require_outlook, require_read
from shared.archive import changed_since, read_day
from shared.breakdown import amounts_by_ou, amounts_of
from shared.currency import Display
from shared.days import Period, days_between
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
from shared.locations import outlook_key
from shared.money import Amounts
from shared.newest import Contender, write_newest
from shared.outlook import outlook_table
from shared.parquet import to_parquet
from shared.ports import ObjectStore

SOURCE = "daybook.forecaster"


@dataclass(frozen=True)
class AssessPeriod:
    """The forecaster's handler; `metric` is the cost that budgets are set in."""

    store: ObjectStore
    metric: str
    rules: Rules
    display: Display | None = None

    async def __call__(self, event: Event, _: Lease) -> Sequence[Event]:
        """Assess every day that the run was asked for."""
        if not isinstance(event, PeriodArchived):
            raise Reject(f"the forecaster does not hear {event.type}")
        try:
            spends, totals, etags = await self._spends(event.data)
        except InputError as error:
            raise Reject(str(error)) from error
        asked = days_between(event.data.first_day, event.data.day)
        outlooks = tuple([await self._write(day, spends, totals, event) for day in asked])
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

    async def _spends(
        self, data: ArchivedData
    ) -> tuple[list[Spend], list[DayTotal], dict[date, str]]:
        """Return what was spent, by OU and altogether, and the ETags of the objects that say so.

        Raises InputError when a rate to the display currency is missing.
        """
        spends: list[Spend] = []
        totals: list[DayTotal] = []
        etags: dict[date, str] = {}
        for archived in data.days:
            table = await read_day(self.store, archived.day, data)
            await require_read(self.store, archived, table)
            etags[archived.day] = table.etag
            for ou_path, amounts in amounts_by_ou(table.rows).items():
                spends += [
                    Spend(archived.day, ou_path, *self._shown(part, data.period))
                    for part in amounts
                ]
            totals += [
                DayTotal(archived.day, *self._shown(part, data.period))
                for part in amounts_of(table.rows)
            ]
        return spends, totals, etags

    def _shown(self, part: Amounts, period: Period) -> tuple[str, Decimal]:
        """Return the currency that lights are in, and the cost in it."""
        amount = part.metric(self.metric)
        if self.display is None:
            return part.currency, amount
        return self.display.currency, self.display.convert(amount, part.currency, period)

    async def _write(
        self, day: date, spends: list[Spend], totals: list[DayTotal], event: PeriodArchived
    ) -> AssessedDay:
        data = event.data
        complete = data.complete_through is not None and day <= data.complete_through
        table = outlook_table(assess(day, spends, self.rules, complete=complete))
        body = to_parquet(table)
        require_outlook(body, day, totals, rounded=self.display is not None)
        ours = Contender(body, table.num_rows, data.source_version, event.runid)
        key = outlook_key(day)
        stands = await write_newest(self.store, key, ours)
        uri = f"s3://{self.store.bucket}/{key}"
        return AssessedDay(day=day, outcome=stands.outcome, uri=uri, sha256=stands.sha256)
