"""The models a series chooses among: statsforecast's, on a series without monthly charges.

Importing this module imports statsforecast (scipy, statsmodels, pandas: 1.5 s of CPU, 130 MB), so
only a forecast that is really made does it.
"""

from collections.abc import Callable

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
    return pattern - pattern.mean()


def _on_level(model: object, values: Floats, days: int) -> Floats:
    """Forecast the level with a model that knows no weeks, and put the week back on it."""
    count = len(values)
    pattern = weekday_pattern(values)
    level = values - pattern[np.arange(count) % WEEK]
    return _fit(model, level, days) + pattern[np.arange(count, count + days) % WEEK]


Candidate = Callable[[Floats, int], Floats]
CANDIDATES: dict[str, Candidate] = {
    SEASONAL_NAIVE: lambda y, h: _fit(SeasonalNaive(WEEK), y, h),
    "seasonal exponential smoothing": lambda y, h: _fit(
        SeasonalExponentialSmoothingOptimized(WEEK), y, h
    ),
    "exponential smoothing": lambda y, h: _on_level(
        SimpleExponentialSmoothing(LEVEL_MEMORY), y, h
    ),
    "complex exponential smoothing": lambda y, h: _on_level(AutoCES(1, model="N"), y, h),
    "trend (ETS AAN)": lambda y, h: _on_level(AutoETS(1, model="AAN", damped=False), y, h),
}
"""Each: a series, oldest day first, and how many days to forecast."""


def tried(values: Floats, days: int) -> dict[str, Floats]:
    """Forecast `days` days with every candidate; `values` are at least two weeks."""
    return {name: forecast(name, values, days) for name in CANDIDATES}


def forecast(name: str, values: Floats, days: int) -> Floats:
    """Forecast with one candidate, kept within one range beyond what the series has been."""
    low, high = float(values.min()), float(values.max())
    span = high - low
    if span <= STILL * max(1.0, abs(low), abs(high)):
        return np.full(days, values[-1])
    found = CANDIDATES[name](values, days)
    if not np.isfinite(found).all():
        found = CANDIDATES[SEASONAL_NAIVE](values, days)
    return np.clip(found, low - span, high + span)
