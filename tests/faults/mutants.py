"""Layer 8: mistakes planted in the product, each of which a named layer must catch."""

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from tests.faults.fuzz import judge_batch
from tests.faults.orders import CONTESTS, orders
from tests.faults.run import run
from tests.faults.scenarios import scenario_of
from tests.faults.schedule import Schedule
from tests.faults.sweep import Judged, judge

MOST_ORDERS = 150
Patches = tuple[tuple[Any, str, Any], ...]


@dataclass(frozen=True)
class Strike:
    """Which schedule shows the mistake; calls are named, for their numbers change."""

    scenario: str = "tick"
    faults: tuple[tuple[str, str], ...] = ()
    instances: int = 1

    def schedule(self) -> Schedule:
        """Find the calls: each fault's in the log that the faults before it lead to."""
        schedule = Schedule(self.scenario, (), 0, self.instances)
        after = -1
        for pattern, kind in self.faults:
            log = run(schedule, scenario_of(self.scenario)).world.log
            after = next(
                n for n, call in enumerate(log) if n > after and re.search(pattern, str(call))
            )
            plan = (*schedule.plan, (after, kind))
            schedule = Schedule(self.scenario, plan, 0, self.instances)
        return schedule


@dataclass(frozen=True)
class Mutant:
    """One planted mistake: what is put in whose place, and what must catch it."""

    name: str
    layer: str
    make: Callable[[], Patches]
    strike: Strike = Strike()
    contest: str = ""

    @contextlib.contextmanager
    def planted(self) -> Iterator[None]:
        with contextlib.ExitStack() as stack:
            for target, name, value in self.make():
                stack.enter_context(patch.object(target, name, value))
            yield

    def hunted(self) -> Judged:
        """Run what must catch the mistake; the first violation, or a clean verdict."""
        with self.planted():
            found = next((one for one in self._tries() if one.violations), None)
        return found or Judged(f"mutant={self.name}", "survived")

    def _tries(self) -> Iterator[Judged]:
        if self.contest:
            assert self.contest in CONTESTS
            yield from orders(self.contest, MOST_ORDERS)
        elif self.layer == "fuzz":
            yield judge_batch((25, 1))
        else:
            try:
                schedule = self.strike.schedule()
            except StopIteration:
                schedule = Schedule(self.strike.scenario)
            yield judge(schedule)


def hunt(name: str) -> Judged:
    """Judge one mutant: caught is clean, to survive is a violation."""
    from tests.faults.planted import MUTANTS  # noqa: PLC0415 - the list is made of this module

    found = MUTANTS[name].hunted()
    if found.violations:
        return Judged(f"mutant={name}", f"caught: {found.line}: {found.violations[0]}")
    return Judged(f"mutant={name}", "wrong", ("survived",))
