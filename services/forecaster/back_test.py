"""Rolling-origin back-tests: what every candidate would have said one to six months ago."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from services.forecaster.arrays import WEEK, Floats
from services.forecaster.candidates import CANDIDATES, tried
from services.forecaster.monthly_charges import split, without_outliers
from services.forecaster.rare_charges import KINDS, expected, is_rare

ORIGINS = 6
STEP = 30
"""Days between origins: the newest forecast that can be checked over 30 days, and 5 before."""
LONGEST = 90
WINDOWS = (30, 90)
"""Days over which totals are compared."""
LATELY = 14
USUAL = 0.5
SHORTEST = 28
"""Days of history below which no model is tried: every weekday four times."""
NAIVE = "seasonal naive as it comes"
"""The floor: the last week again, monthly charges and all."""
NAMES = (*CANDIDATES, NAIVE)


@dataclass(frozen=True)
class Series:
    """Daily amounts of one thing, without holes; the last is of the newest complete day."""

    first: date
    values: Floats
    kind: str = ""
    """The charge type where it may be a charge of once a month; see `rare_charges`."""

    @property
    def next_day(self) -> date:
        """The first day that is forecast."""
        return self.first + timedelta(days=len(self.values))

    def until(self, count: int) -> "Series":
        """Return the series as it was after `count` days."""
        return replace(self, values=self.values[:count])


@dataclass(frozen=True)
class Trial:
    """What the candidates said at one origin, a row each of `NAMES`, and what came."""

    days_ago: int
    said: Floats
    came: Floats

    def lasts(self, window: int) -> bool:
        """Say whether `window` days have come since."""
        return len(self.came) >= window


def back_test(series: Series) -> tuple[Trial, ...]:
    """Try all candidates at up to six origins, newest first; none where the history is short."""
    count = len(series.values)
    origins = [count - STEP * n for n in range(1, ORIGINS + 1)]
    return tuple(_trial(series, origin) for origin in origins if origin >= SHORTEST)


def _trial(series: Series, origin: int) -> Trial:
    came = series.values[origin : origin + LONGEST]
    known = series.until(origin)
    return Trial(len(series.values) - origin, paths(known, NAMES, len(came)), came)


def paths(known: Series, names: Sequence[str], days: int) -> Floats:
    """Forecast with some of `NAMES`, a row each."""
    models = [name for name in names if name != NAIVE]
    rest, charges = _prepared(known, days) if models else (known.values, np.zeros(days))
    rows = dict(zip(models, (path + charges for path in tried(rest, days, models)), strict=True))
    return np.array([rows[n] if n in rows else naive(known.values, days) for n in names])


def naive(values: Floats, days: int) -> Floats:
    """Repeat the last week."""
    return np.resize(values[-WEEK:], days)


def _prepared(known: Series, days: int) -> tuple[Floats, Floats]:
    """Return what models are fitted to, and what is scheduled beside them."""
    if has_ended(known.values):
        return np.zeros(len(known.values)), np.zeros(days)
    if known.kind in KINDS and is_rare(known.values, known.first):
        charges = expected(known.values, known.first, known.kind, days)
        return np.zeros(len(known.values)), charges
    parts = split(known.values, known.first)
    return without_outliers(parts.rest), parts.scheduled(known.next_day, days)


def has_ended(values: Floats) -> bool:
    """Say whether something that cost every other day or more has cost nothing for two weeks."""
    before, lately = values[-LATELY * 4 : -LATELY], values[-LATELY:]
    return len(before) >= LATELY and not lately.any() and float(np.mean(before != 0)) > USUAL


def errors(trials: Sequence[Trial], said: Sequence[Floats]) -> Floats:
    """Return by how much totals over 30 and over 90 days were off, as shares, added up.

    `said` has a matrix for each trial, one row a forecast; the result has a figure for each row.
    """
    total = np.zeros(len(said[0]))
    for window in WINDOWS:
        whole = [(t.came, rows) for t, rows in zip(trials, said, strict=True) if t.lasts(window)]
        came = sum(float(np.abs(came[:window]).sum()) for came, _ in whole)
        for actual, rows in whole:
            total += np.abs((rows - actual)[:, :window].sum(axis=1)) / max(came, 1e-9)
    return total
