"""What is archived of the days up to a run's newest: what forecasts and anomalies learn from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import pyarrow as pa

from services.forecaster.cells import Cells
from services.forecaster.history import Cost, History, costs_of
from services.forecaster.why import Compared
from shared.archive import read_drivers
from shared.currency import Display
from shared.days import Period
from shared.events import ArchivedData
from shared.ports import ObjectStore

WATCHED = 8
"""Whole months before the open one in which events are looked for. A new month drops the oldest,
which must not move the days of events that are told: with five it did, with eight it does not."""
Costs = Mapping[date, Sequence[Cost]]


@dataclass(frozen=True)
class Past:
    """Costs by day: for forecasts, for anomalies, and two months to say why they changed."""

    costs: Costs
    cells: Cells
    compared: Compared


async def read_past(
    store: ObjectStore,
    metric: str,
    display: Display | None,
    data: ArchivedData,
    tables: Mapping[date, pa.Table],
) -> Past:
    """Read the days before the period, and take those of the period from its tables.

    With a display currency the whole past is converted at the rates of the run's month, so a rate
    that changed is no change of spending. A currency that has no rate there is not billed in the
    month either, and has no future.
    """
    history = History(store, metric)
    earlier = await history.days_before(data.period)
    rates = _rates(display, data.period)
    shown = (display.currency, rates) if display and rates else None
    cells = Cells(*_window(data, earlier), shown)
    months = dict(tables)
    before = data.period.previous

    def take(day: date, table: pa.Table) -> None:
        cells.add(day, table, metric)
        if Period.of(day) == before:
            months[day] = table

    costs = await history.read(earlier, take)
    for day, table in tables.items():
        costs[day] = costs_of(table, metric) or []
        cells.add(day, table, metric)
    drivers = [await read_drivers(store, period) for period in (before, data.period)]
    compared = Compared(months, pa.concat_tables(drivers), metric, display)
    return Past(_shown(costs, display, rates), cells, compared)


def _window(data: ArchivedData, earlier: Sequence[date]) -> tuple[date, int]:
    """Return the first of the days that are watched, and how many there are.

    They begin with a month, so that a month's runs all begin on the same day.
    """
    begin = data.period
    for _ in range(WATCHED):
        begin = begin.previous
    first = max(begin.first, min(earlier, default=data.period.first))
    return first, (data.day - first).days + 1


def _rates(display: Display | None, period: Period) -> dict[str, float] | None:
    """Return what one unit of each currency is in the display currency, if there is one."""
    if display is None:
        return None
    known = {currency: float(rate) for currency, rate in display.rates.get(period, {}).items()}
    return known | {display.currency: 1.0}


def _shown(costs: Costs, display: Display | None, rates: dict[str, float] | None) -> Costs:
    if display is None or rates is None:
        return costs
    return {
        day: [
            replace(cost, currency=display.currency, amount=cost.amount * rates[cost.currency])
            for cost in its
            if cost.currency in rates
        ]
        for day, its in costs.items()
    }
