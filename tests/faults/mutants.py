"""Layer 8: mistakes planted in the product, each of which a named layer must catch."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from tests.faults.fuzz import judge_batch
from tests.faults.orders import CONTESTS, orders
from tests.faults.schedule import Schedule
from tests.faults.verdict import Judged, judge

MOST_ORDERS = 150
CALM = Schedule()
Patches = tuple[tuple[Any, str, Any], ...]


@dataclass(frozen=True)
class Mutant:
    """One planted mistake: what is put in whose place, and which schedule or contest shows it."""

    name: str
    layer: str
    make: Callable[[], Patches]
    strike: Schedule = CALM
    contest: str = ""

    @property
    def struck(self) -> bool:
        """Whether it shows only where a fault, a copy or another scenario strikes."""
        return self.strike != CALM and not self.contest and self.layer != "fuzz"

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
            yield judge(self.strike)


def judge_line(line: str) -> Judged:
    """Hunt the mutant of the line `mutant=…`."""
    return hunt(line.removeprefix("mutant="))


def hunt(name: str) -> Judged:
    """Judge one mutant: caught is clean, to survive is a violation."""
    from tests.faults.planted import MUTANTS  # noqa: PLC0415 - the list is made of this module

    found = MUTANTS[name].hunted()
    if found.violations:
        return Judged(f"mutant={name}", f"caught: {found.line}: {found.violations[0]}")
    return Judged(f"mutant={name}", "wrong", ("survived",))
