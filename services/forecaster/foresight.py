"""Which days of a run are forecast, and from which history."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import pyarrow as pa

from services.forecaster.assess import Forecasts
from services.forecaster.history import Cost, History, costs_of
from shared.config import PlannedEvent
from shared.currency import Display
from shared.days import Period, days_between
from shared.errors import InputError
from shared.events import ArchivedData
from shared.ports import ObjectStore

LONG_ENOUGH = 35
"""Days of history from which on there is a forecast."""
MOST_WORK = 15_000
"""Series to forecast for one message; a lease lasts half an hour, a series takes 50 ms."""
Costs = Mapping[date, Sequence[Cost]]


@dataclass(frozen=True)
class Foresight:
    """Forecasts from what is archived, in the currency of the lights."""

    store: ObjectStore
    metric: str
    planned: tuple[PlannedEvent, ...]
    display: Display | None = None

    async def forecasts(
        self, data: ArchivedData, tables: Mapping[date, pa.Table]
    ) -> dict[date, Forecasts]:
        """Forecast from each asked day that is complete, as far as there is history enough."""
        complete = [day for day in asked_days(data) if data.status_of(day) != "partial"]
        history = History(self.store, self.metric)
        earlier = await history.days_before(data.period) if complete else []
        complete = [day for day in complete if len(earlier) + day.day >= LONG_ENOUGH]
        if not complete:
            return {}
        costs = await history.read(earlier)
        for day, table in tables.items():
            costs[day] = costs_of(table, self.metric) or []
        shown = self._shown(costs, data.period)
        return {
            day: await asyncio.to_thread(_expect, shown, day, self.planned)
            for day in complete[-_affordable(shown, data.day) :]
        }

    def _shown(self, costs: Costs, period: Period) -> Costs:
        """Convert the whole history at the rates of the run's month.

        So a rate that changed is no change of spending. A currency that has no rate there is not
        billed in the month either, and has no future.
        """
        if self.display is None:
            return costs
        rates: dict[str, float] = {}
        for currency in {cost.currency for day in costs.values() for cost in day}:
            try:
                rates[currency] = float(self.display.rate(currency, period))
            except InputError:
                continue
        return {
            day: [
                replace(cost, currency=self.display.currency, amount=cost.amount * rate)
                for cost in its
                if (rate := rates.get(cost.currency)) is not None
            ]
            for day, its in costs.items()
        }


def asked_days(data: ArchivedData) -> Iterator[date]:
    """Yield the days that a run was asked for."""
    return days_between(data.first_day, data.day)


def _affordable(costs: Costs, day: date) -> int:
    """Return how many days of a backfill can be forecast while the message's lease may last."""
    parts = {(cost.ou_path, cost.currency, cost.kind) for cost in costs[day]}
    return max(1, MOST_WORK // max(len(parts), 1))


def _expect(costs: Costs, day: date, planned: Sequence[PlannedEvent]) -> Forecasts:
    """Forecast; what that needs is imported only here, where there is something to forecast."""
    from services.forecaster.expectation import expect  # noqa: PLC0415 - 1.5 s and 130 MB

    return expect(costs, day, planned)
