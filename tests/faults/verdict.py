"""A schedule that was run, and what is to be said of it."""

from dataclasses import dataclass

from tests.faults.run import Fork, run
from tests.faults.scenarios import scenario_of
from tests.faults.schedule import Schedule


@dataclass(frozen=True)
class Judged:
    """A schedule's line, its verdict, what was violated, and its length in virtual seconds.

    `struck`: how many of its faults came to strike.
    """

    line: str
    verdict: str
    violations: tuple[str, ...] = ()
    lasted: float = 0.0
    struck: int = 0

    def __str__(self) -> str:
        return f"{self.line}  # {'; '.join(self.violations) or self.verdict}"


def judge(schedule: Schedule, fork: Fork | None = None) -> Judged:
    """Run one schedule; a fault of the harness itself counts as a violation, too."""
    try:
        result = run(schedule, scenario_of(schedule.scenario), fork)
    except Exception as error:  # noqa: BLE001 - its line must be printed as well
        return Judged(str(schedule), "wrong", (repr(error),))
    violations = tuple(result.violations)
    world = result.world
    return Judged(
        str(schedule), result.verdict, violations, world.loop.now, struck=len(world.struck)
    )
