"""Chooses each series' models by the back-tests: the median of the three that were best.

A series has six back-tests at most, too few to trust alone: a model's error counts once as it was
on the series itself and, the more series there are, up to three times as it was on all of them.
Seasonal naive is the floor: where the median was worse, the single best takes its place.
"""

from collections.abc import Sequence

import numpy as np

from services.forecaster.arrays import Floats
from services.forecaster.back_test import NAIVE, NAMES, Series, Trial, errors, paths
from services.forecaster.candidates import CANDIDATES

BEST = 3
SHARED = 3.0
"""How often the verdict of all series counts against the series' own, from six series on."""
ENOUGH = 5
Choice = tuple[str, ...]
"""The models whose median is the forecast."""
_MODELS = len(CANDIDATES)


def choose(tests: Sequence[Sequence[Trial]]) -> list[Choice]:
    """Return the choice for each series from its trials; without any, all candidates."""
    own = [errors(trials, [trial.said for trial in trials]) if trials else None for trials in tests]
    logs = [_relative(scores[:_MODELS]) for scores in own if scores is not None]
    shared = np.mean(logs, axis=0) if logs else np.zeros(_MODELS)
    weight = SHARED * min(1.0, max(0, len(logs) - 1) / ENOUGH)
    return [
        tuple(CANDIDATES) if scores is None else _choice(trials, scores, shared, weight)
        for trials, scores in zip(tests, own, strict=True)
    ]


def _relative(scores: Floats) -> Floats:
    floored = scores + 1e-6
    logs: Floats = np.log(floored / np.median(floored))
    return logs


def _choice(trials: Sequence[Trial], scores: Floats, shared: Floats, weight: float) -> Choice:
    verdict = _relative(scores[:_MODELS]) + weight * shared
    best = np.argsort(verdict, kind="stable")[:BEST]
    median = errors(trials, [np.median(trial.said[best], axis=0)[None] for trial in trials])[0]
    if median > scores[NAMES.index(NAIVE)]:
        return (NAMES[int(np.argmin(scores))],)
    return tuple(NAMES[int(n)] for n in sorted(best))


def said_by(choice: Choice, trial: Trial) -> Floats:
    """Return what the chosen models said at an origin."""
    return np.median(trial.said[[NAMES.index(name) for name in choice]], axis=0)


def forecast_by(choice: Choice, series: Series, days: int) -> Floats:
    """Return the next `days` days by the chosen models."""
    return np.median(paths(series, choice, days), axis=0)
