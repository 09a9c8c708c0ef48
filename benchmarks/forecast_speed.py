"""Measures how long a forecast of 10,000 OU x service series takes, and its memory.

`python -m benchmarks.forecast_speed [--series N] [--processes N]`
"""

import argparse
import resource
from time import perf_counter

import numpy as np

from benchmarks.series import FIRST, own_sets
from services.forecaster.back_test import Series
from services.forecaster.projection import project

HISTORY = 400
AHEAD = 214
"""Days: the rest of a month and six more at most."""
SEED = 20260101


def many(count: int) -> list[Series]:
    """Return the example's series again and again, each time with another noise."""
    known = next(own_sets()).series
    noise = np.random.default_rng(SEED)
    return [
        Series(FIRST, known[n % len(known)].values[:HISTORY] * noise.lognormal(0, 0.05, HISTORY))
        for n in range(count)
    ]


def main() -> None:
    """Forecast and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=10_000)
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    series = many(asked.series)
    began = perf_counter()
    project(series, AHEAD, processes=asked.processes)
    wall = perf_counter() - began
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    cpu = sum(sum(resource.getrusage(each)[:2]) for each in who)
    # The children's maximum is that of the largest; each has one, and the parent its own.
    own, child = (resource.getrusage(each).ru_maxrss / 1024 for each in who)
    memory = own + asked.processes * child if asked.processes > 1 else own
    print(
        f"{asked.series:,} series of {HISTORY} days, {AHEAD} days ahead, "
        f"{asked.processes} processes: {wall:.0f} s wall, {cpu:.0f} s CPU "
        f"({1000 * cpu / asked.series:.1f} ms a series), at most {memory:,.0f} MB in all"
    )


if __name__ == "__main__":
    main()
