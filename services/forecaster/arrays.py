"""The one array type of the forecast engine, and how holes in a series are filled."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
"""Amounts by day, oldest first. Forecasts are estimates: what was spent stays Decimal."""
WEEK = 7


def filled(values: Floats) -> Floats:
    """Return the series with each missing day (NaN) as on the same weekday before, else after.

    A series of nothing but holes is zero.
    """
    whole = values.copy()
    for start in range(min(WEEK, len(whole))):
        weekday = whole[start::WEEK]
        known = np.flatnonzero(~np.isnan(weekday))
        if len(known):
            places = np.searchsorted(known, np.arange(len(weekday)), side="right") - 1
            whole[start::WEEK] = weekday[known[np.maximum(places, 0)]]
    known_days = whole[~np.isnan(whole)]
    return np.nan_to_num(whole, nan=float(np.median(known_days)) if len(known_days) else 0.0)


def beside(values: Floats) -> Floats:
    """Return per day the median of the same weekday one and two weeks before and after it.

    The series must have two weeks or more.
    """
    count = len(values)
    shifted = np.full((4, count), np.nan)
    for row, weeks in enumerate((-2, -1, 1, 2)):
        days = weeks * WEEK
        if count > abs(days):
            kept = slice(-days, None) if days < 0 else slice(0, count - days)
            taken = slice(0, count + days) if days < 0 else slice(days, None)
            shifted[row, kept] = values[taken]
    # numpy's own median without NaN is ten times as slow on four rows.
    ordered = np.sort(shifted, axis=0)  # NaN last
    count_known = np.sum(~np.isnan(ordered), axis=0)
    columns = np.arange(count)
    low, high = ordered[(count_known - 1) // 2, columns], ordered[count_known // 2, columns]
    found: Floats = (low + high) / 2
    return found


def spread(values: Floats) -> float:
    """Return the standard deviation that the median absolute value of a normal sample implies."""
    return float(1.4826 * np.median(np.abs(values)))
