"""Layer 4: any number of crashes, at any calls: the closure over durable states.

From each state every worker that has a message is run, once undisturbed and once for each call
with an effect, killed right after it. (Killed before a call is killed after the one before it;
a read leaves nothing behind.) States that differ only in clocks, ids, receive counts and copies
are one. It is complete when no run leads to a new state.
"""

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.faults.example import furnish, tick
from tests.faults.invariants import parts, violations
from tests.faults.orders import CHAIN
from tests.faults.run import Cluster, universe, warm_up
from tests.faults.scenarios import SCENARIOS
from tests.faults.state import State
from tests.faults.sweep import Judged, Report

LATER = 900.0
"""Seconds between a crash and the next run: every lease and every claim is old by then."""
MOST_STATES = 2000
EXPECTED = SCENARIOS["tick"].expected
Steps = tuple[str, ...]


@dataclass
class Closure:
    """The states seen, how each was reached, and what was wrong."""

    seen: dict[str, Steps] = field(default_factory=dict)
    open: deque[tuple[State, Steps]] = field(default_factory=deque)
    judged: list[Judged] = field(default_factory=list)
    ends: int = 0
    deepest: int = 0

    def add(self, state: State, steps: Steps) -> None:
        line, digest = " ".join(steps), state.digest()
        if digest in self.seen or len(self.seen) >= MOST_STATES:
            self.judged.append(Judged(line, "known"))
            return
        problems = _problems(state)
        self.judged.append(Judged(line, "wrong" if problems else "new", tuple(problems)))
        self.seen[digest] = steps
        self.deepest = max(self.deepest, sum("!" in step for step in steps))
        self.ends += not _busy(state)
        self.open.append((state, steps))


def closed(_jobs: int = 0) -> Report:
    """Explore until there is nothing new."""
    began = time.perf_counter()
    warm_up(1)
    closure = Closure()
    closure.add(_first(), ("tick",))
    while closure.open:
        state, steps = closure.open.popleft()
        for role in _busy(state):
            for reached, step in _steps(state, role):
                closure.add(reached, (*steps, step))
    complete = "complete" if len(closure.seen) < MOST_STATES else "cut off"
    report = Report("crash closure", closure.judged, time.perf_counter() - began)
    report.notes = (
        f"{complete}: {len(closure.seen)} states, {closure.ends} at rest, "
        f"up to {closure.deepest} crashes"
    )
    return report


def _first() -> State:
    with universe() as world:
        furnish(world)
        world.sns.tell(tick(1))
        return State.of(world)


def _busy(state: State) -> list[str]:
    return [role for role in CHAIN if state.queues[f"daybook-{role}"]]


def _problems(state: State) -> list[str]:
    with universe() as world:
        furnish(world)
        state.restore(world)
        if not _busy(state):
            return list(violations(world, EXPECTED))
        checked = [*parts("mails", world, EXPECTED)]
        return [problem for problem in checked if "never mailed" not in problem]


def _steps(state: State, role: str) -> Iterator[tuple[State, str]]:
    """Yield where each run of a worker leads: undisturbed first, then with each crash."""
    calm, effects = _run(state, role, None)
    yield calm, role
    for number in effects:
        yield _run(state, role, number)[0], f"{role}!{number}"


def _run(state: State, role: str, dies_after: int | None) -> tuple[State, list[int]]:
    plan = {} if dies_after is None else {dies_after: "kill_after"}
    with universe(plan) as world:
        furnish(world)
        state.restore(world, later=LATER)
        cluster = Cluster(world, (role,), 1, restarts=False)
        world.loop.run_until_complete(_once(cluster))
        effects = [number for number, call in enumerate(world.log) if call.effect]
        return State.of(world), effects


async def _once(cluster: Cluster) -> None:
    cluster.start()
    await cluster.quiet()
    await cluster.stop()
