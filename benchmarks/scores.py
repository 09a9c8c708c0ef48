"""How good a method's forecasts of a set of series are."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.methods import LEVELS, WINDOWS, Said
from services.forecaster.arrays import Floats

Kept = dict[tuple[int, int], list[float]]
"""Figures by window and number of the series, or by window and level."""


def _kept() -> Kept:
    return defaultdict(list)


@dataclass
class Score:
    """One method on one set; sums by window and series, so that each series counts alike."""

    off: Kept = field(default_factory=_kept)
    came: Kept = field(default_factory=_kept)
    daily: Kept = field(default_factory=_kept)
    spent: Kept = field(default_factory=_kept)
    held: Kept = field(default_factory=_kept)
    seconds: list[float] = field(default_factory=list)

    def add(self, number: int, said: Said, came: Floats) -> None:
        """Judge one forecast of the series `number`."""
        self.seconds.append(said.seconds)
        for window in WINDOWS:
            if len(came) < window:
                continue
            path, actual, key = said.path[:window], came[:window], (window, number)
            self.off[key].append(abs(float((path - actual).sum())))
            self.came[key].append(abs(float(actual.sum())))
            self.daily[key].append(float(np.abs(path - actual).sum()))
            self.spent[key].append(float(np.abs(actual).sum()))
            for level in LEVELS:
                self._hold(said, window, level, actual)

    def _hold(self, said: Said, window: int, level: int, actual: Floats) -> None:
        if (window, level) in said.halves:
            off = abs(float(said.path[:window].sum() - actual.sum()))
            self.held[window, level].append(float(off <= said.halves[window, level]))
        elif level in said.days:
            low, high = (bound[:window] for bound in said.days[level])
            self.held[window, level].append(float(np.mean((actual >= low) & (actual <= high))))

    def total_error(self, window: int) -> float | None:
        """Return the mean over series of the error of totals, as a share of what came."""
        return _mean_share(self.off, self.came, window)

    def wape(self, window: int) -> float | None:
        """Return the mean over series of the absolute error by day, as a share."""
        return _mean_share(self.daily, self.spent, window)

    def coverage(self, window: int, level: int) -> float | None:
        """Return how often the interval held: of totals for Daybook, of days for the others."""
        held = self.held.get((window, level))
        return float(np.mean(held)) if held else None

    def count(self, window: int) -> int:
        """Return how many totals over a window were judged."""
        return sum(len(found) for key, found in self.off.items() if key[0] == window)

    def figures(self) -> dict[str, Any]:
        """Return all of it for JSON."""
        return {
            "wape": {str(w): self.wape(w) for w in WINDOWS},
            "total_error": {str(w): self.total_error(w) for w in WINDOWS},
            "coverage": {f"{w}d {n}%": self.coverage(w, n) for w in WINDOWS for n in LEVELS},
            "ms_per_series": 1000 * float(np.mean(self.seconds)),
            "windows": {str(w): self.count(w) for w in WINDOWS},
        }


def _mean_share(off: Kept, came: Kept, window: int) -> float | None:
    keys = [key for key in off if key[0] == window and sum(came[key]) > 0]
    return float(np.mean([sum(off[key]) / sum(came[key]) for key in keys])) if keys else None
