"""What every OU will cost, from what its accounts have cost.

The future of an OU is that of the accounts it has now: days of an account before it moved count
where it is on the newest day. A part is an OU's own accounts by charge type; all types that come
every day are one part.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

import numpy as np

from services.forecaster.arrays import Floats, filled
from services.forecaster.back_test import Series
from services.forecaster.estimate import Forecast
from services.forecaster.history import LONGEST, Cost
from services.forecaster.planned import Node, planned_days
from services.forecaster.projection import project
from services.forecaster.rare_charges import KINDS
from services.forecaster.tree import Part, forecasts, month_windows
from shared.config_outlook import PlannedEvent
from shared.days import ONE_DAY

DAILY = "Usage"
Costs = Mapping[date, Sequence[Cost]]


def expect(costs: Costs, day: date, planned: Sequence[PlannedEvent]) -> dict[Node, Forecast]:
    """Forecast every OU from the days up to `day`, with what is planned, by month windows."""
    spans = month_windows(day)
    ahead = spans[-1][1]
    parts = dict(_parts(costs, day, planned))
    projections = project(list(parts.values()), ahead)
    future = planned_days(planned, day + ONE_DAY, day + timedelta(days=ahead))
    return forecasts(
        [
            Part((ou, currency), series, projection)
            for ((ou, currency, _), series), projection in zip(
                parts.items(), projections, strict=True
            )
        ],
        spans,
        {node: _floats(amounts) for node, amounts in future.items()},
    )


def _parts(
    costs: Costs, day: date, planned: Sequence[PlannedEvent]
) -> Iterator[tuple[tuple[str, str, str], Series]]:
    """Yield each OU's daily amounts by currency and charge type, what was planned taken out."""
    days = sorted(d for d in costs if day - timedelta(days=LONGEST) < d <= day)
    first, count = days[0], (day - days[0]).days + 1
    missing = np.full(count, np.nan)
    missing[[(d - first).days for d in days]] = 0.0
    amounts: dict[tuple[str, str, str], Floats] = {}
    now_in = {cost.account: cost.ou_path for d in days for cost in costs[d]}
    for each in days:
        for cost in costs[each]:
            kind = cost.kind if cost.kind in KINDS else DAILY
            key = (now_in[cost.account], cost.currency, kind)
            amounts.setdefault(key, missing.copy())[(each - first).days] += cost.amount
    for (ou, currency), plan in planned_days(planned, first, day).items():
        if any(plan):
            key = (ou, currency, DAILY)
            amounts[key] = amounts.get(key, missing) - _floats(plan)
    for key, values in sorted(amounts.items()):
        whole = filled(values)
        begun = np.flatnonzero(whole)
        start = int(begun[0]) if len(begun) else 0
        kind = key[2] if key[2] in KINDS else ""
        yield key, Series(first + timedelta(days=start), whole[start:], kind)


def _floats(amounts: Sequence[object]) -> Floats:
    return np.array([float(str(amount)) for amount in amounts])
