"""Forecasts of every OU from those of its parts: what an OU will cost is the sum of its subtree.

So forecasts agree over the tree. An interval does not add up: each OU's comes from how far the
sums of its own subtree were off.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from services.forecaster.arrays import Floats
from services.forecaster.back_test import LONGEST, ORIGINS, SHORTEST, STEP, Series
from services.forecaster.estimate import Forecast, Total
from services.forecaster.intervals import KNOTS, Errors, Widths, widths
from services.forecaster.planned import Node
from services.forecaster.projection import SHORT, Projection
from shared.days import Period

MONTH = 30
SHOWN = 3
LEVEL_OF = 90


@dataclass(frozen=True)
class Part:
    """A series of an OU's own accounts, and its projection."""

    node: Node
    series: Series
    projection: Projection


@dataclass(frozen=True)
class Plan:
    """What is planned of an OU itself, day by day: up to the newest day, and of those ahead."""

    node: Node
    past: Floats
    ahead: Floats


def month_windows(day: date) -> tuple[tuple[int, int], ...]:
    """Return as days ahead: the rest of the month, the next three months, and the next six."""
    left = Period.of(day).length - day.day
    ends, month = [left], Period.of(day)
    for _ in range(6):
        month = month.next
        ends.append(ends[-1] + month.length)
    return (0, left), (left, ends[3]), (left, ends[6])


def forecasts(
    parts: Sequence[Part],
    spans: Sequence[tuple[int, int]],
    planned: Sequence[Plan],
) -> dict[Node, Forecast]:
    """Forecast each OU that has parts or plans, and all its parents, over spans of days ahead."""
    below: dict[Node, list[Part]] = defaultdict(list)
    for part in parts:
        for node in _lineage(part.node):
            below[node].append(part)
    plans: dict[Node, list[Plan]] = defaultdict(list)
    for plan in planned:
        for parent in _lineage(plan.node):
            plans[parent].append(plan)
    nodes = sorted({*below, *plans})
    off = [_errors(below[node]) for node in nodes]
    return {
        node: _forecast(below[node], plans[node], spans, of)
        for node, of in zip(nodes, zip(off, widths(off), strict=True), strict=True)
    }


def _lineage(node: Node) -> list[Node]:
    ou, currency = node
    parts = ou.split("/")
    return [("/".join(parts[: n + 1]), currency) for n in range(len(parts))]


def _forecast(
    parts: Sequence[Part],
    plans: Sequence[Plan],
    spans: Sequence[tuple[int, int]],
    of: tuple[Errors, Widths],
) -> Forecast:
    paths = [part.projection.path for part in parts] + [plan.ahead for plan in plans]
    short = max((len(part.series.values) for part in parts), default=0) < SHORT
    totals = []
    for begin, end in spans:
        # To the cent before they are added, so that an OU's is the sum of its parts'.
        amount = round(sum(round(float(path[begin:end].sum()), 2) for path in paths), 2)
        totals.append(Total(amount) if short else Total(amount, *of[1].of(begin, end)))
    error, checked = _shown_error(parts, plans)
    rest = slice(*spans[0])
    falls = any(bool((part.projection.path[rest] < 0).any()) for part in parts)
    return Forecast(tuple(totals), short, error, checked, falls)


def _shown_error(parts: Sequence[Part], plans: Sequence[Plan]) -> tuple[float | None, int]:
    """Return the mean error of a month's totals as a share of them, and of how many.

    What was planned is taken out of the parts, and was known: it is put back on both sides.
    """
    months = [_month(parts, plans, days_ago) for days_ago in _origins(parts)[:SHOWN]]
    shares = [abs(said - came) / abs(came) for said, came in months if came]
    return (float(np.mean(shares)) if shares else None), len(shares)


def _month(parts: Sequence[Part], plans: Sequence[Plan], days_ago: int) -> tuple[float, float]:
    sums = [_said_and_came(part, days_ago, MONTH) for part in parts]
    known = sum(float(plan.past[-days_ago:][:MONTH].sum()) for plan in plans)
    return known + sum(said for said, _ in sums), known + sum(came for _, came in sums)


def _errors(parts: Sequence[Part]) -> Errors:
    """Return how far the sums of the parts were off per day, by the days they were over."""
    off: dict[int, Floats] = {}
    for knot in KNOTS:
        sums = [
            [_said_and_came(part, days_ago, knot) for part in parts]
            for days_ago in _origins(parts)
            if days_ago >= min(knot, LONGEST)
        ]
        off[knot] = np.array([sum(s - c for s, c in origin) / knot for origin in sums])
    recent = [part.series.values[-LEVEL_OF:] for part in parts]
    days = max((len(values) for values in recent), default=1)
    whole = np.sum([np.pad(values, (days - len(values), 0)) for values in recent], axis=0)
    return Errors(float(np.abs(whole).mean()) if recent else 0.0, off)


def _origins(parts: Sequence[Part]) -> list[int]:
    """Return how many days ago the sums can have been forecast, newest first."""
    longest = max((len(part.series.values) for part in parts), default=0)
    return [STEP * n for n in range(1, ORIGINS + 1) if longest - STEP * n >= SHORTEST]


def _said_and_came(part: Part, days_ago: int, window: int) -> tuple[float, float]:
    """Return a part's forecast and actual total; its mean or nothing where it was too young."""
    for checked in part.projection.checked:
        if checked.days_ago == days_ago:
            return float(checked.said[:window].sum()), float(checked.came[:window].sum())
    values = part.series.values
    known = values[: max(len(values) - days_ago, 0)]
    came = np.pad(values, (max(days_ago - len(values), 0), 0))[-days_ago:][:window]
    return (float(known.mean()) * window if len(known) else 0.0), float(came.sum())
