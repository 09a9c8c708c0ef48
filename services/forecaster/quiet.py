"""Quiet days: a weekday on which a series costs nothing, and nothing is expected of it.

A workload that rests at weekends says nothing on them of whether a change of it goes on. So an
event goes on over them: on the day after them it is held against the day before them.
"""

import numpy as np

from services.forecaster.arrays import Mask
from services.forecaster.watched import PAUSE, Sides


def last_sides(side: Sides, quiet: Mask, day: int) -> Sides:
    """Return the side of each series' last day before `day` that was not quiet, `PAUSE` back."""
    found, silent = side[:, day - 1], quiet[:, day - 1]
    for back in range(2, PAUSE + 1):
        found = np.where(silent, side[:, day - back], found)
        silent = silent & quiet[:, day - back]
    return found


def all_of_one(side: Sides, quiet: Mask) -> Mask:
    """Say which series (rows) were off on one side on each day, but for the quiet ones."""
    off = np.abs(side.sum(axis=1, dtype=np.int64))
    days: Mask = (off + quiet.sum(axis=1) == side.shape[1]) & (side[:, 0] != 0)
    return days
