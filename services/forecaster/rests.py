"""Days on which a series rests: it costs nothing now and then, and no weekday explains it.

A job that does not run on every fifth day says on such a day nothing of what a day costs on which
it runs. Where a series has paused before, a day of rest is therefore as expected, and no lesson;
a pause that is longer than ever, and than chance allows, is none.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.forecaster.arrays import WEEK, Floats, Mask

NOTHING = 0.02
"""A day of less than this part of the level costs nothing."""
OPEN = 0.3
"""A weekday with less than this part of the week's mean is expected to be quiet anyway."""
PAUSES = 2
"""Pauses before one is no news."""
MOST = 0.5
"""A series that rests more often is rather one of single charges."""
LONGER = 1.35
RARE = 1e-4
"""A pause may be this many times the longest known, and as long as is not rarer by chance."""
MEMORY = 120


@dataclass
class Rests:
    """The idle days of series (rows) by days (columns), and how long each pause is so far.

    `quiet`: all days of nothing, those that a weekday explains, too. `pausing`: the series that
    have rested already, so that their pauses are no news.
    """

    quiet: Mask
    idle: Mask
    run: Floats
    pausing: Mask

    @classmethod
    def of(cls, values: Floats, settle: int) -> "Rests":
        """Take in the first `settle` days, two weeks: idle on one, and not a week off it."""
        nothing = np.zeros(values.shape, np.bool_)
        rests = cls(nothing, nothing.copy(), np.zeros(values.shape), np.zeros(len(values), bool))
        first = np.abs(values[:, :settle])
        quiet = first <= NOTHING * first.max(axis=1, keepdims=True, initial=0)
        rests.quiet[:, :settle] = quiet
        often = quiet.mean(axis=1, keepdims=True) <= MOST
        idle = quiet & ~np.roll(quiet, WEEK, axis=1) & often
        for day in range(first.shape[1]):
            rests._note(day, idle[:, day])
        return rests

    def run_through(self, values: Floats, settle: int) -> Floats:
        """Return the values with the pauses of the first `settle` days as the days beside them."""
        clean = values.copy()
        first = np.where(self.idle, np.nan, values)[:, :settle]
        known = ~np.isnan(first)
        mean = np.where(known, first, 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
        clean[:, :settle] = np.where(known, first, mean[:, None])
        return clean

    def take(self, day: int, values: Floats, level: Floats, factor: Floats) -> Mask:
        """Note which series are idle on a day, and return which of them rest."""
        expected = np.abs(level) * factor
        self.quiet[:, day] = np.abs(values) <= NOTHING * np.abs(level)
        idle = (np.abs(values) <= NOTHING * expected) & (factor > OPEN) & (expected > 0)
        self._note(day, idle)
        known = slice(max(day - MEMORY, 0), day + 1)
        run = self.run[:, known]
        begun = np.sum(run == 1, axis=1) - idle
        over = np.where(run[:, 1:] == 0, run[:, :-1], 0).max(axis=1, initial=0)
        share = np.maximum(self.idle[:, known].mean(axis=1), 1 / MEMORY)
        length = np.maximum(LONGER * over, np.log(RARE) / np.log(np.minimum(share, MOST)))
        often = self.quiet[:, known].mean(axis=1) <= MOST
        rests: Mask = idle & (begun >= PAUSES) & often & (self.run[:, day] <= length)
        return rests

    def news(self, rests: Mask, day: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the earlier idle days (rows, days) of series that rest for the first time."""
        fresh = rests & ~self.pausing
        self.pausing |= rests
        rows, days = np.nonzero(self.idle[:, :day] & fresh[:, None])
        return rows, days

    def _note(self, day: int, idle: Mask) -> None:
        self.idle[:, day] = idle
        self.run[:, day] = np.where(idle, (self.run[:, day - 1] if day else 0) + 1, 0)
