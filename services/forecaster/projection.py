"""Projects daily series into the future, each with the back-tests of its own models."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TypeVar

import numpy as np

from services.forecaster.arrays import Floats
from services.forecaster.back_test import Series, Trial, back_test
from services.forecaster.choice import Choice, choose, forecast_by, said_by

Taken = TypeVar("Taken")
Given = TypeVar("Given")
SHORT = 35
"""Days of history below which a series goes on at its mean: its run rate."""
MEAN_OF = 28


@dataclass(frozen=True)
class Checked:
    """What would have been forecast `days_ago` days ago, and what came."""

    days_ago: int
    said: Floats
    came: Floats


@dataclass(frozen=True)
class Projection:
    """The next days of a series; `choice` is empty where it is the run rate."""

    path: Floats
    choice: Choice
    checked: tuple[Checked, ...]


def project(series: Sequence[Series], days: int, *, processes: int = 1) -> list[Projection]:
    """Forecast the `days` days after each series; the same series give the same forecasts.

    `processes` of more than one are worth their start for thousands of series.
    """
    tests = _mapped(back_test, series, processes)
    choices = choose(tests)
    paths = _mapped(_Forecast(days), list(zip(series, choices, strict=True)), processes)
    return [
        Projection(path, choice if len(one.values) >= SHORT else (), _checked(choice, trials))
        for one, path, choice, trials in zip(series, paths, choices, tests, strict=True)
    ]


@dataclass(frozen=True)
class _Forecast:
    days: int

    def __call__(self, of: tuple[Series, Choice]) -> Floats:
        series, choice = of
        if len(series.values) >= SHORT:
            return forecast_by(choice, series, self.days)
        recent = series.values[-MEAN_OF:]
        return np.full(self.days, float(recent.mean()) if len(recent) else 0.0)


def _checked(choice: Choice, trials: Iterable[Trial]) -> tuple[Checked, ...]:
    return tuple(Checked(t.days_ago, said_by(choice, t), t.came) for t in trials)


def _mapped(work: Callable[[Taken], Given], over: Sequence[Taken], processes: int) -> list[Given]:
    """Do the work for each, in this process or, as statsforecast holds Python's lock, in others."""
    if processes == 1:
        return [work(one) for one in over]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return list(pool.map(work, over, chunksize=64))
