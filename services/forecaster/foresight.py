"""Which days of a run are forecast, and from which history."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from services.forecaster.assess import Forecasts
from services.forecaster.past import Costs
from shared.config_outlook import PlannedEvent
from shared.days import days_between
from shared.events import ArchivedData

LONG_ENOUGH = 35
"""Days of history from which on there is a forecast."""
MOST_WORK = 15_000
"""Series to forecast for one message; a lease lasts half an hour, a series takes 50 ms."""


async def forecasts_of(
    data: ArchivedData, costs: Costs, planned: Sequence[PlannedEvent]
) -> Mapping[date, Forecasts]:
    """Forecast from each asked day that is complete, as far as there is history enough."""
    days = [day for day in complete_days(data) if _known(costs, day) >= LONG_ENOUGH]
    if not days:
        return {}
    return {
        day: await asyncio.to_thread(_expect, costs, day, planned)
        for day in days[-_affordable(costs, data.day) :]
    }


def asked_days(data: ArchivedData) -> Iterator[date]:
    """Yield the days that a run was asked for."""
    return days_between(data.first_day, data.day)


def complete_days(data: ArchivedData) -> list[date]:
    """Return the asked days that are complete: of a partial one nothing is concluded."""
    return [day for day in asked_days(data) if data.status_of(day) != "partial"]


def _known(costs: Costs, day: date) -> int:
    month = day.replace(day=1)
    return sum(1 for each in costs if each < month) + day.day


def _affordable(costs: Costs, day: date) -> int:
    """Return how many days of a backfill can be forecast while the message's lease may last."""
    parts = {(cost.ou_path, cost.currency, cost.kind) for cost in costs[day]}
    return max(1, MOST_WORK // max(len(parts), 1))


def _expect(costs: Costs, day: date, planned: Sequence[PlannedEvent]) -> Forecasts:
    """Forecast; what that needs is imported only here, where there is something to forecast."""
    from services.forecaster.expectation import expect  # noqa: PLC0415 - 1.5 s and 130 MB

    return expect(costs, day, planned)
