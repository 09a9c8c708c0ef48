"""Splits charges of once a month off a daily series, and schedules them.

A model that sees tax, support or a reservation's fee on each first would smear them over the days
around it. A charge is found where the same day of the month stands out from the same weekday one
and two weeks before and after, in the latest month and in most of the last four.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from services.forecaster.arrays import Floats, beside, spread

Months = NDArray[np.bool_]
LONGEST_MONTH = 31
LATEST_DAY = 28
"""Every month has it; AWS dates monthly charges on the first days."""
CLEAR = 5.0
"""How many spreads above or below its neighbours a charge stands out."""
SHARE = 0.25
"""... and by at least this share of a median day."""
LOOK_BACK = 4
MOST = 0.75
RARE = 0.03
OUTLYING = 8.0


@dataclass(frozen=True)
class Split:
    """What is left of a series without its monthly charges, and those by day of the month."""

    rest: Floats
    charges: dict[int, float]

    def scheduled(self, first: date, days: int) -> Floats:
        """Return the charges of `days` days from `first` on."""
        future, calendar = np.zeros(days), days_of_month(first, days)
        for day, amount in self.charges.items():
            future[calendar == day] = amount
        return future


def days_of_month(first: date, days: int) -> NDArray[np.int64]:
    """Return the day of the month of each day from `first` on."""
    dates = np.datetime64(first, "D") + np.arange(days)
    found: NDArray[np.int64] = (dates - dates.astype("datetime64[M]")).astype(np.int64) + 1
    return found


def split(values: Floats, first: date) -> Split:
    """Take the monthly charges off a series that begins on `first`."""
    over = values - beside(values)
    limit = max(CLEAR * spread(over), SHARE * float(np.median(np.abs(values))), 1e-9)
    calendar = days_of_month(first, len(values))
    rest, charges = values.copy(), {}
    lately = np.abs(over[-LONGEST_MONTH:]) > limit
    for day in sorted({int(d) for d in calendar[-LONGEST_MONTH:][lately] if d <= LATEST_DAY}):
        on_day = np.flatnonzero(calendar == day)
        found = _charged(over[on_day], limit)
        if found is not None:
            rest[on_day[found]] -= over[on_day[found]]
            charges[day] = float(np.median(over[on_day[found]][-3:]))
    return Split(rest, charges)


def _charged(over: Floats, limit: float) -> Months | None:
    """Return in which months a day stands out, or None when it is no monthly charge."""
    latest = over[-LOOK_BACK:]
    side = np.sign(np.median(latest)) if len(latest) else 0.0
    stands_out = (np.abs(over) > limit) & (np.sign(over) == side)
    recent = stands_out[-LOOK_BACK:]
    if len(recent) < 2 or not recent[-1] or recent.mean() < MOST:  # noqa: PLR2004 - once is no rule
        return None
    found: Months = stands_out
    return found


def without_outliers(rest: Floats) -> Floats:
    """Return the series with rare days far off their neighbours put back among them.

    Where such days are common they are how the series is, and stay.
    """
    over = rest - beside(rest)
    width = spread(over)
    far = np.abs(over) > OUTLYING * width
    if width <= 0 or far.mean() > RARE:
        return rest
    calm = rest.copy()
    calm[far] -= over[far]
    return calm
