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
from services.forecaster.tree import Part, Plan, forecasts, month_windows
from shared.config_outlook import PlannedEvent
from shared.days import ONE_DAY

DAILY = "Usage"
DORMANT = 60
"""Days without any cost after which an account is no part of what its OU will cost: each would
add its error to the intervals, and nothing to the amounts."""
Key = tuple[str, str, str]
"""An OU path, a currency and a charge type."""
Costs = Mapping[date, Sequence[Cost]]


def expect(costs: Costs, day: date, planned: Sequence[PlannedEvent]) -> dict[Node, Forecast]:
    """Forecast every OU from the days up to `day`, with what is planned, by month windows."""
    spans = month_windows(day)
    ahead = spans[-1][1]
    days = sorted(d for d in costs if day - timedelta(days=LONGEST) < d <= day)
    plans = list(_plans(planned, days[0], day, ahead))
    parts = dict(_parts(costs, days, plans))
    projections = project(list(parts.values()), ahead)
    return forecasts(
        [
            Part((ou, currency), series, projection)
            for ((ou, currency, _), series), projection in zip(
                parts.items(), projections, strict=True
            )
        ],
        spans,
        plans,
    )


def _plans(planned: Sequence[PlannedEvent], first: date, day: date, ahead: int) -> Iterator[Plan]:
    """Yield what is planned of each OU from `first` to `day`, and of the days ahead."""
    past = planned_days(planned, first, day)
    future = planned_days(planned, day + ONE_DAY, day + timedelta(days=ahead))
    for node, amounts in future.items():
        yield Plan(node, _floats(past[node]), _floats(amounts))


def _parts(
    costs: Costs, days: Sequence[date], plans: Sequence[Plan]
) -> Iterator[tuple[Key, Series]]:
    """Yield each OU's daily amounts by currency and charge type, what was planned taken out."""
    first = days[0]
    missing = np.full((days[-1] - first).days + 1, np.nan)
    missing[[(d - first).days for d in days]] = 0.0
    amounts: dict[Key, Floats] = {}
    for day, key, amount in _amounts(costs, days):
        amounts.setdefault(key, missing.copy())[(day - first).days] += amount
    for plan in plans:
        if plan.past.any():
            key = (*plan.node, DAILY)
            amounts[key] = amounts.get(key, missing) - plan.past
    for key, values in sorted(amounts.items()):
        whole = filled(values)
        begun = np.flatnonzero(whole)
        start = int(begun[0]) if len(begun) else 0
        kind = key[2] if key[2] in KINDS else ""
        yield key, Series(first + timedelta(days=start), whole[start:], kind)


def _amounts(costs: Costs, days: Sequence[date]) -> Iterator[tuple[date, Key, float]]:
    """Yield each cost by day where its account is now, but for accounts that cost no longer."""
    lately = days[-1] - timedelta(days=DORMANT)
    alive = {cost.account for d in days if d > lately for cost in costs[d] if cost.amount}
    now_in = {cost.account: cost.ou_path for d in days for cost in costs[d]}
    for day in days:
        for cost in costs[day]:
            if cost.account in alive:
                kind = cost.kind if cost.kind in KINDS else DAILY
                yield day, (now_in[cost.account], cost.currency, kind), cost.amount


def _floats(amounts: Sequence[object]) -> Floats:
    return np.array([float(str(amount)) for amount in amounts])
