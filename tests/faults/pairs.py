"""Layer 3: pairs of faults; the second strikes anything that has an effect, recovery included."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.faults.branches import judge_tree, trees
from tests.faults.kinds import PAIRED
from tests.faults.run import run
from tests.faults.scenarios import scenario_of
from tests.faults.schedule import Schedule
from tests.faults.singles import calls_of
from tests.faults.verdict import Judged


def firsts(scenario: str) -> list[tuple[int, str]]:
    """Return the first faults: every call with an effect, and the answer that claims a digest."""
    calls = calls_of(scenario)
    struck = [n for n, call in enumerate(calls) if call.effect or "digests" in call.about]
    return [(number, kind) for number in struck for kind in PAIRED]


def pairs_after(
    scenario: str, first: tuple[int, str], *, in_turn: bool = False
) -> Iterator[Schedule]:
    """Yield the pairs that begin with `first`, in the log that it leads to.

    `in_turn`: each later call meets half of the kinds, and the other half after another first.
    """
    log = run(Schedule(scenario, (first,)), scenario_of(scenario)).world.log
    for number, call in enumerate(log):
        if number > first[0] and call.effect:
            half = (number + PAIRED.index(first[1])) % 2
            for kind in PAIRED[half::2] if in_turn else PAIRED:
                yield Schedule(scenario, (first, (number, kind)))


@dataclass(frozen=True)
class After:
    """All pairs that begin with one first fault."""

    scenario: str
    first: tuple[int, str]
    in_turn: bool = False

    def judged(self) -> list[Judged]:
        """Run them."""
        schedules = pairs_after(self.scenario, self.first, in_turn=self.in_turn)
        return [one for tree in trees(schedules) for one in judge_tree(tree)]


def pairs(scenario: str = "tick", about: str = "", *, in_turn: bool = False) -> Iterator[After]:
    """Yield all pairs by their first fault; with `about`, those whose call fits the pattern."""
    calls = calls_of(scenario)
    for first in firsts(scenario):
        if re.search(about, str(calls[first[0]])):
            yield After(scenario, first, in_turn)
