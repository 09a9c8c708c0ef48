"""Layer 3: pairs of faults; the second strikes anything that has an effect, recovery included."""

import re
from collections.abc import Iterator

from tests.faults.kinds import PAIRED
from tests.faults.run import run
from tests.faults.scenarios import scenario_of
from tests.faults.schedule import Schedule
from tests.faults.singles import calls_of


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


def pairs(scenario: str = "tick", about: str = "", *, in_turn: bool = False) -> Iterator[Schedule]:
    """Yield all pairs; with `about`, those whose first call fits the pattern."""
    calls = calls_of(scenario)
    for first in firsts(scenario):
        if re.search(about, str(calls[first[0]])):
            yield from pairs_after(scenario, first, in_turn=in_turn)
