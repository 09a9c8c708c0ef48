"""Measures what is found of known anomalies: `python -m benchmarks.anomalies [PATH …]`.

For generated series with planted events, and for each path: recall of all events and of the small
ones, false alarms per series and half year, CPU time per series.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from time import process_time

from benchmarks.labelled import judged_sets
from benchmarks.planted import BILLS, HELD_OUT, SMALL, TUNED_ON, Judged, Label, generated
from services.forecaster.anomalies import comes_or_goes
from services.forecaster.unusual import LEARN, watch
from services.forecaster.watched import Event

AFTER = 14
"""Days after a label in which a finding is an echo of it: neither right nor wrong."""
HALF_YEAR = 182.5
GOALS = {"all": 0.95, "small": 0.8}
ALLOWED = 0.25


@dataclass
class Result:
    """What was found in one set, or in several."""

    found: dict[str, list[bool]] = field(default_factory=lambda: {"all": [], "small": []})
    false: int = 0
    halves: float = 0.0
    """Series times half years judged."""
    seconds: float = 0.0
    series: int = 0

    def recall(self, of: str) -> float | None:
        """Return which share of the events was found, None without any."""
        return sum(self.found[of]) / len(self.found[of]) if self.found[of] else None

    @property
    def alarms(self) -> float:
        """False alarms per series and half year."""
        return self.false / self.halves

    def take(self, other: "Result") -> None:
        """Add another set's."""
        for name, found in other.found.items():
            self.found[name] += found
        self.false += other.false
        self.halves += other.halves
        self.seconds += other.seconds
        self.series += other.series

    def figures(self) -> dict[str, float | int | None]:
        """Return all of it for JSON."""
        return {
            "events": len(self.found["all"]),
            "recall": self.recall("all"),
            "recall_small": self.recall("small"),
            "false_alarms_per_series_and_half_year": self.alarms,
            "ms_per_series": 1000 * self.seconds / self.series,
        }


def judge(of: Judged) -> Result:
    """Watch a set's series and hold what stands out against its labels."""
    began = process_time()
    watched = watch(of.values, of.least)
    count, days = of.values.shape
    result = Result(seconds=process_time() - began, series=count)
    result.halves = count * (days - LEARN) / HALF_YEAR
    events = [list(_told(of, row, watched.events(row, days - 1))) for row in range(count)]
    for label in of.labels:
        hit = label.row >= 0 and any(_hits(event, label) for event in events[label.row])
        result.found["all"].append(hit)
        if label.size is not None and label.size < SMALL:
            result.found["small"].append(hit)
    by_row: dict[int, list[Label]] = {}
    for label in of.labels:
        by_row.setdefault(label.row, []).append(label)
    for row, found in enumerate(events):
        result.false += sum(not _of_one(event, by_row.get(row, [])) for event in found)
    return result


def _told(of: Judged, row: int, events: list[Event]) -> Iterator[Event]:
    """Yield what readers are told of: not that an account began or ended."""
    for event in events:
        if of.alive is None or not comes_or_goes(event, of.alive[row], of.begun[row]):
            yield event


def _hits(event: Event, label: Label) -> bool:
    """Say whether an event is the labelled one: on its side, and clear while it lasted."""
    on_side = label.side in (0, event.side)
    return on_side and event.first <= label.last and label.first <= event.found <= label.last + 1


def _of_one(event: Event, labels: list[Label]) -> bool:
    return any(event.first <= one.last + AFTER and event.last >= one.first for one in labels)


def lines(name: str, result: Result) -> Iterator[str]:
    """Yield a set's line of the table."""
    all_found, small = (result.recall(of) for of in GOALS)
    shares = "".join(
        f"{share:8.2f}" if share is not None else f"{'-':>8}" for share in (all_found, small)
    )
    yield (
        f"{name:38}{result.series:7}{len(result.found['all']):8}{shares}"
        f"{result.alarms:9.2f}{1000 * result.seconds / result.series:8.1f}"
    )


def verdicts(name: str, result: Result) -> Iterator[tuple[str, bool]]:
    """Yield what is promised, in words, and whether it is so."""
    for of, goal in GOALS.items():
        recall = result.recall(of)
        if recall is not None:
            yield f"{name}: {recall:.3f} of {of} events found, {goal} promised", recall >= goal
    text = f"{name}: {result.alarms:.2f} false alarms per series and half year, {ALLOWED} allowed"
    yield text, result.alarms <= ALLOWED


def main() -> None:
    """Measure, print, and write JSON when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, help="exports with truth/, CSVs, or folders")
    parser.add_argument("--json", type=Path, help="write all figures here, too")
    asked = parser.parse_args()
    groups: dict[str, Iterator[Judged]] = {
        f"{bill.name}, {what}": map(partial(generated, bill), seeds)
        for bill in BILLS
        for what, seeds in (("tuned on", TUNED_ON), ("held out", HELD_OUT))
    }
    groups["given by path"] = chain.from_iterable(judged_sets(path) for path in asked.paths)
    print(f"{'':38}{'series':>7}{'events':>8}{'found':>8}{'small':>8}{'false':>9}{'ms':>8}")
    judged: dict[str, Result] = {}
    for group, sets in groups.items():
        for each in sets:
            result = judge(each)
            print("\n".join(lines(each.name, result)))
            judged.setdefault(group, Result()).take(result)
    for group, result in judged.items():
        for text, so in verdicts(group, result):
            print(f"  {'yes' if so else 'NO '} {text}")
    if asked.json:
        figures = {group: result.figures() for group, result in judged.items()}
        asked.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
