"""Daybook's forecast beside four that anybody can have: each as it comes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import process_time
from typing import Any

import numpy as np
from statsforecast.models import MSTL, AutoETS, SeasonalNaive, WindowAverage

from services.forecaster.arrays import WEEK, Floats
from services.forecaster.back_test import Series
from services.forecaster.projection import project
from services.forecaster.tree import Part, forecasts

WINDOWS = (30, 90, 180)
HORIZON = max(WINDOWS)
LEVELS = (80, 95)
MEAN_OF = 28


@dataclass(frozen=True)
class Said:
    """A method's forecast of one series: days, and half widths by window and level.

    `days` holds the bounds of daily intervals by level, of the methods that state them.
    """

    path: Floats
    seconds: float
    halves: dict[tuple[int, int], float]
    days: dict[int, tuple[Floats, Floats]]


Method = Callable[[Sequence[Series]], list[Said]]


def daybook(series: Sequence[Series]) -> list[Said]:
    """Forecast as the forecaster worker does, each series an OU of its own."""
    began = process_time()
    nodes = [(f"series {n}", "") for n in range(len(series))]
    projections = project(series, HORIZON)
    parts = [Part(*each) for each in zip(nodes, series, projections, strict=True)]
    found = forecasts(parts, [(0, window) for window in WINDOWS], ())
    seconds = (process_time() - began) / max(len(series), 1)
    said = []
    for part in parts:
        halves: dict[tuple[int, int], float] = {}
        for window, total in zip(WINDOWS, found[part.node].windows, strict=True):
            if total.half_80 is not None and total.half_95 is not None:
                halves |= {(window, 80): total.half_80, (window, 95): total.half_95}
        said.append(Said(part.projection.path, seconds, halves, {}))
    return said


def _library(make: Callable[[], Any], *, intervals: bool = True) -> Method:
    def method(series: Sequence[Series]) -> list[Said]:
        return [_one(make(), each.values) for each in series]

    def _one(model: Any, values: Floats) -> Said:
        began = process_time()
        level = {"level": list(LEVELS)} if intervals else {}
        told = model.forecast(y=values, h=HORIZON, **level)
        days = {
            n: (np.asarray(told[f"lo-{n}"]), np.asarray(told[f"hi-{n}"]))
            for n in LEVELS
            if intervals
        }
        return Said(np.asarray(told["mean"]), process_time() - began, {}, days)

    return method


METHODS: dict[str, Method] = {
    "Daybook": daybook,
    "seasonal naive": _library(lambda: SeasonalNaive(WEEK)),
    "28-day mean": _library(lambda: WindowAverage(MEAN_OF), intervals=False),
    "AutoETS": _library(lambda: AutoETS(WEEK)),
    "MSTL": _library(lambda: MSTL(WEEK)),
}
