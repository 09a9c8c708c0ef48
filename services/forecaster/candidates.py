"""The models a series chooses among: statsforecast's, on a series without monthly charges.

Importing this module imports statsforecast (scipy, statsmodels, pandas: 1.5 s of CPU, 130 MB), so
only a forecast that is really made does it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from statsforecast.models import (
    AutoCES,
    AutoETS,
    SeasonalExponentialSmoothingOptimized,
    SeasonalNaive,
    SimpleExponentialSmoothing,
)

from services.forecaster.arrays import WEEK, Floats

SEASONAL_NAIVE = "seasonal naive"
WEEKS_OF_PATTERN = 12
LEVEL_MEMORY = 0.2
STILL = 1e-9


def _fit(model: object, values: Floats, days: int) -> Floats:
    forecast = model.forecast(y=values, h=days)  # type: ignore[attr-defined]
    return np.asarray(forecast["mean"], dtype=np.float64)


def weekday_pattern(values: Floats) -> Floats:
    """Return what each weekday adds to the level: seven numbers, the series' first weekday first.

    The median difference from the centred week, over the last twelve weeks.
    """
    week = np.convolve(values, np.ones(WEEK) / WEEK, "valid")
    off = values - np.pad(week, (WEEK // 2, WEEK // 2), mode="edge")
    pattern = np.array([np.median(off[day::WEEK][-WEEKS_OF_PATTERN:]) for day in range(WEEK)])
    centred: Floats = pattern - pattern.mean()
    return centred


@dataclass(frozen=True)
class Ready:
    """A series as models are fitted to it: as it is, and its level without the week."""

    values: Floats
    pattern: Floats
    level: Floats

    @classmethod
    def of(cls, values: Floats) -> "Ready":
        """Take the week off a series of at least two weeks."""
        pattern = weekday_pattern(values)
        return cls(values, pattern, values - pattern[np.arange(len(values)) % WEEK])

    def on_level(self, model: object, days: int) -> Floats:
        """Forecast the level with a model that knows no weeks, and put the week back on it."""
        count = len(self.values)
        return _fit(model, self.level, days) + self.pattern[np.arange(count, count + days) % WEEK]


Candidate = Callable[[Ready, int], Floats]
CANDIDATES: dict[str, Candidate] = {
    SEASONAL_NAIVE: lambda ready, days: _fit(SeasonalNaive(WEEK), ready.values, days),
    "seasonal exponential smoothing": lambda ready, days: _fit(
        SeasonalExponentialSmoothingOptimized(WEEK), ready.values, days
    ),
    "exponential smoothing": lambda ready, days: ready.on_level(
        SimpleExponentialSmoothing(LEVEL_MEMORY), days
    ),
    "complex exponential smoothing": lambda ready, days: ready.on_level(
        AutoCES(1, model="N"), days
    ),
    "trend (ETS AAN)": lambda ready, days: ready.on_level(
        AutoETS(1, model="AAN", damped=False), days
    ),
}
"""Each: a series, and how many days to forecast."""


def tried(values: Floats, days: int, names: Iterable[str] = tuple(CANDIDATES)) -> list[Floats]:
    """Forecast `days` days with candidates; `values` are at least two weeks, oldest day first.

    A forecast stays within one range beyond what the series has been.
    """
    low, high = float(values.min()), float(values.max())
    if high - low <= STILL * max(1.0, abs(low), abs(high)):
        return [np.full(days, values[-1]) for _ in names]
    ready = Ready.of(values)
    return [
        np.clip(_finite(CANDIDATES[name](ready, days), ready, days), 2 * low - high, 2 * high - low)
        for name in names
    ]


def _finite(found: Floats, ready: Ready, days: int) -> Floats:
    """Return a forecast, or the last week again where a model came to no numbers."""
    return found if np.isfinite(found).all() else CANDIDATES[SEASONAL_NAIVE](ready, days)
