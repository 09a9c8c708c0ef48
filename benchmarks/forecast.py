"""Measures the forecast: `python -m benchmarks.forecast [PATH …] [--full] [--json FILE]`.

For the project's own series and each CSV of daily series: WAPE by day and the error of totals over
30, 90 and 180 days, how often intervals hold, CPU time per series.
"""

import argparse
import json
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import chain
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benchmarks.methods import LEVELS, METHODS, WINDOWS
from benchmarks.scores import Score
from benchmarks.series import SeriesSet, csv_sets, own_sets
from services.forecaster.arrays import Floats
from services.forecaster.back_test import Series

HISTORY = 400
"""Days that every method may learn from, as many as the forecaster reads."""
LEARN = 35
MONTH = 30
FORTNIGHT = 14
MONTHLY_UP_TO = 8
MOST_SERIES = 24
TOTALS_OF_A_SET = 72
FEWEST_ORIGINS = 3
MOST_ORIGINS = 24
PROMISED = (30, 90)
WITHIN = 1.01
Scores = dict[str, Score]


def measure(of: SeriesSet, *, full: bool) -> dict[str, Score]:
    """Score every method on a set."""
    series = sorted(of.series, key=lambda s: -float(np.abs(s.values).sum()))
    series = series if full else series[:MOST_SERIES]
    scores = {name: Score() for name in METHODS}
    for days_ago in _origins(series, full=full):
        known, came, numbers = _as_of(series, days_ago)
        for name, method in METHODS.items():
            for number, said, actual in zip(numbers, method(known), came, strict=True):
                scores[name].add(number, said, actual)
    return scores


def _origins(series: Sequence[Series], *, full: bool) -> list[int]:
    """Return how many days before the end to forecast from: the more, the fewer series."""
    most = TOTALS_OF_A_SET * (4 if full else 1)
    count = min(max(most // len(series), FEWEST_ORIGINS), MOST_ORIGINS)
    step = FORTNIGHT if count > MONTHLY_UP_TO else MONTH
    return [MONTH + step * n for n in range(count)]


def _as_of(series: Sequence[Series], days_ago: int) -> tuple[list[Series], list[Floats], list[int]]:
    """Cut the series that are long enough into what was known and what came."""
    numbers = [n for n, s in enumerate(series) if len(s.values) - days_ago >= LEARN]
    known = [_lately(series[n].until(len(series[n].values) - days_ago)) for n in numbers]
    return known, [series[n].values[-days_ago:] for n in numbers], numbers


def _lately(series: Series) -> Series:
    extra = max(len(series.values) - HISTORY, 0)
    first = series.first + timedelta(days=extra)
    return replace(series, first=first, values=series.values[extra:])


def table(name: str, scores: Scores) -> Iterator[str]:
    """Yield the lines that show a set."""
    counts = ", ".join(f"{scores['Daybook'].count(w)} over {w} days" for w in WINDOWS)
    yield f"\n{name}: totals judged: {counts}"
    yield (
        f"{'':16}{'WAPE by day':^22}{'error of totals':^22}"
        f"{'80 % holds':^18}{'95 % holds':^18}{'ms':>7}"
    )
    days = "".join(f"{w:>6} d" for w in WINDOWS)
    yield f"{'':15}{days[1:]}{days}" + "".join(f"{w:>6}" for _ in LEVELS for w in WINDOWS)
    for method, score in scores.items():
        shares = [score.wape(w) for w in WINDOWS] + [score.total_error(w) for w in WINDOWS]
        held = [score.coverage(w, level) for level in LEVELS for w in WINDOWS]
        yield (
            f"{method:15}"
            + "".join(f"{share:8.4f}" if share is not None else f"{'-':>8}" for share in shares)
            + "".join(f"{part:6.2f}" if part is not None else f"{'-':>6}" for part in held)
            + f"{1000 * float(np.mean(score.seconds)):7.1f}"
        )


def verdicts(name: str, scores: Scores) -> Iterator[tuple[str, bool]]:
    """Yield what is promised of a set, in words, and whether it is so."""
    for window in PROMISED:
        errors = {method: score.total_error(window) for method, score in scores.items()}
        known = {method: error for method, error in errors.items() if error is not None}
        if not known:
            continue
        first = min((error, method) for method, error in known.items() if method != "Daybook")
        ours, naive = known["Daybook"], known["seasonal naive"]
        text = f"{name}, {window} days: {ours / max(first[0], 1e-12):.3f} of {first[1]}"
        yield text, ours <= first[0] * WITHIN
        yield (
            f"{name}, {window} days: {ours / max(naive, 1e-12):.3f} of seasonal naive",
            ours < naive,
        )


def pooled(scores: Sequence[Scores]) -> Iterator[tuple[str, bool | None]]:
    """Yield how often Daybook's intervals of totals held over all sets."""
    for window in WINDOWS:
        for level in LEVELS:
            held = [h for each in scores for h in each["Daybook"].held[window, level]]
            if held:
                share = float(np.mean(held))
                promised = (window, level) == (MONTH, 80)
                text = f"{level} % intervals of {window}-day totals held {share:.1%} of {len(held)}"
                yield text, 0.75 <= share <= 0.88 if promised else None  # noqa: PLR2004 - the goal


def main() -> None:
    """Measure, print, and write JSON when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, help="CSV files of daily series, or folders")
    parser.add_argument("--full", action="store_true", help="all series, four times the origins")
    parser.add_argument("--json", type=Path, help="write all figures here, too")
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")  # the libraries compared warn on short and flat series
    sets = list(chain(own_sets(), *(csv_sets(path) for path in asked.paths)))
    found = _measured(sets, full=asked.full, processes=asked.processes)
    for name, scores in found.items():
        print("\n".join(table(name, scores)))
    print("\nDaybook against the best of the others, and against seasonal naive")
    judged = [v for name, scores in found.items() for v in verdicts(name, scores)]
    for text, so in chain(judged, pooled(list(found.values()))):
        print(f"  {MARKS[so]} {text}")
    print("Intervals of Daybook are of totals; of the others, of days, as the library states them.")
    if asked.json:
        figures = {n: {m: s.figures() for m, s in each.items()} for n, each in found.items()}
        asked.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


MARKS = {True: "yes ", False: "NO  ", None: "    "}


def _measured(sets: Sequence[SeriesSet], *, full: bool, processes: int) -> dict[str, Scores]:
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        scores = pool.map(partial(measure, full=full), sets)
        return {each.name: score for each, score in zip(sets, scores, strict=True)}


if __name__ == "__main__":
    main()
