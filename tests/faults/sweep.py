"""Runs many schedules on all cores and adds them up."""

import multiprocessing
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from tests.faults.branches import judge_tree, trees
from tests.faults.schedule import Schedule
from tests.faults.verdict import Judged

Work = TypeVar("Work")
Done = TypeVar("Done")
MANY = 100
"""Least number of schedules between two lines of a log."""


@dataclass
class Report:
    """What came of a layer."""

    layer: str
    judged: list[Judged] = field(default_factory=list)
    seconds: float = 0.0
    notes: str = ""

    @property
    def wrong(self) -> list[Judged]:
        return [one for one in self.judged if one.violations]

    @property
    def verdicts(self) -> Counter[str]:
        return Counter(one.verdict for one in self.judged)

    def explain(self, most: int = 20) -> str:
        """Return the lines that reproduce what is wrong."""
        return "\n".join(str(one) for one in self.wrong[:most])


def spread(
    work: Callable[[Work], Done],
    items: Iterable[Work],
    jobs: int = 0,
    *,
    least: int = 8,
    size: Callable[[Work], int] = lambda _: 1,
) -> Iterator[Done]:
    """Do the work on each item, in order, on `jobs` processes (0: one per core).

    How far it is, it says in what `size` says of each item.
    """
    listed = list(items)
    sizes = [size(item) for item in listed]
    processes = min(jobs or os.cpu_count() or 1, max(1, len(listed) // least))
    if processes == 1:
        yield from _counted(map(work, listed), sizes)
        return
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        done = pool.imap(work, listed, chunksize=4 if least > 1 else 1)
        yield from _counted(done, sizes)


def _counted(done: Iterable[Done], sizes: list[int]) -> Iterator[Done]:
    """Show how far it is: all the time where somebody watches, else ten times on a long way."""
    watched, total, number, told = sys.stderr.isatty(), sum(sizes), 0, 0
    step, between = (1, "\r") if watched else (max(total // 10, MANY), "\n")
    for one, size in zip(done, sizes, strict=True):
        number += size
        if number >= told + step or (watched and number == total):
            told = number
            sys.stderr.write(f"{number:,} of {total:,}" + (between if number < total else "\n"))
        yield one


def swept(layer: str, schedules: Iterable[Schedule], jobs: int = 0) -> Report:
    """Judge all schedules of a layer."""
    found = spread(judge_tree, trees(schedules), jobs, least=1, size=len)
    return Report(layer, [one for tree in found for one in tree])
