"""Layer 4: any number of crashes, at any calls: the closure over durable states.

From each state every worker that has a message is run. Where it ends is a state, and so is what
is there right after each call with an effect: what a worker leaves that is killed then
(test_closure.py). Killed before a call is killed after the one before it; a read leaves nothing
behind. States that differ only in clocks, ids, receive counts and copies are one. It is complete
when no run leads to a new state.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.faults.example import furnish
from tests.faults.invariants import parts, violations
from tests.faults.orders import CHAIN
from tests.faults.run import Cluster, universe, warm_up
from tests.faults.scenario import Expected
from tests.faults.scenarios import SCENARIOS
from tests.faults.state import State
from tests.faults.sweep import Report, spread
from tests.faults.verdict import Judged
from tests.faults.world import World

LATER = 900.0
"""Seconds between a crash and the next run: every lease and every claim is old by then."""
MOST_STATES = 3000
EXPLORED = ("tick", "told", "two-days")
Steps = tuple[str, ...]


@dataclass
class Closure:
    """The states of a scenario that were seen, how each was reached, and what was wrong."""

    scenario: str
    seen: dict[str, Steps] = field(default_factory=dict)
    open: deque[tuple[State, Steps]] = field(default_factory=deque)
    judged: list[Judged] = field(default_factory=list)
    ends: int = 0
    deepest: int = 0

    @property
    def notes(self) -> str:
        """What was explored, in words."""
        return (
            f"{self.scenario}: {len(self.seen)} states, {self.ends} at rest, "
            f"up to {self.deepest} crashes"
        )

    def explore(self) -> None:
        """Go on until there is nothing new."""
        self.add(first(self.scenario), ())
        while self.open:
            state, steps = self.open.popleft()
            for role in busy(state):
                for reached, step in steps_from(self.scenario, state, role):
                    self.add(reached, (*steps, step))

    def add(self, state: State, steps: Steps) -> None:
        line, digest = f"closure={self.scenario} steps={','.join(steps)}", state.digest()
        if digest in self.seen:
            self.judged.append(Judged(line, "known"))
            return
        if len(self.seen) == MOST_STATES:
            self.judged.append(Judged(line, "wrong", (f"more than {MOST_STATES} states",)))
            self.open.clear()
            return
        problems = _problems(self.scenario, state)
        self.judged.append(Judged(line, "wrong" if problems else "new", tuple(problems)))
        self.seen[digest] = steps
        self.deepest = max(self.deepest, sum("!" in step for step in steps))
        self.ends += not busy(state)
        self.open.append((state, steps))


def closed(name: str) -> Closure:
    """Explore a scenario whole."""
    warm_up(1)
    closure = Closure(name)
    closure.explore()
    return closure


def report(jobs: int) -> Report:
    """Explore all scenarios, one process each."""
    closures = list(spread(closed, EXPLORED, jobs, least=1))
    judged = [one for closure in closures for one in closure.judged]
    notes = "; ".join(closure.notes for closure in closures)
    return Report("crash closure", judged, notes=notes)


def judge_line(line: str) -> Judged:
    """Go the way of a line `closure=… steps=…` again."""
    name, steps = line.removeprefix("closure=").split(" steps=")
    warm_up(1)
    state = first(name)
    for step in filter(None, steps.split(",")):
        state = after(name, state, step)
    problems = _problems(name, state)
    return Judged(line, "wrong" if problems else "clean", tuple(problems))


def first(name: str) -> State:
    """Return the state in which the scenario's last step has just been taken."""
    *before, last = SCENARIOS[name].steps
    with universe() as world:
        furnish(world)
        SCENARIOS[name].prepare(world)
        for step in before:
            step(world)
            world.loop.run_until_complete(_once(Cluster(world, CHAIN, 1)))
            world.sqs.closing = False
        last(world)
        return State.of(world)


def busy(state: State) -> list[str]:
    return [role for role in CHAIN if state.queues[f"daybook-{role}"]]


def _problems(name: str, state: State) -> list[str]:
    expected: Expected = SCENARIOS[name].expected
    with universe() as world:
        furnish(world)
        SCENARIOS[name].prepare(world)
        state.restore(world)
        if not busy(state):
            return list(violations(world, expected))
        checked = [*parts("mails", world, expected)]
        return [problem for problem in checked if "never mailed" not in problem]


def steps_from(name: str, state: State, role: str) -> Iterator[tuple[State, str]]:
    """Yield where a worker's run leads: undisturbed first, then with a crash after each effect."""
    crashes: dict[int, State] = {}
    with universe() as world:

        def applied(number: int) -> None:
            if world.log[number].effect:
                crashes[number] = State.of(world)

        world.applied = applied
        yield _run(world, name, state, role), role
    for number, left in crashes.items():
        yield left, f"{role}!{number}"


def after(name: str, state: State, step: str) -> State:
    """Take one step: a worker's run, killed after a call if the step names one."""
    role, _, number = step.partition("!")
    with universe({int(number): "kill_after"} if number else {}) as world:
        return _run(world, name, state, role)


def _run(world: World, name: str, state: State, role: str) -> State:
    furnish(world)
    SCENARIOS[name].prepare(world)
    state.restore(world, later=LATER)
    world.loop.run_until_complete(_once(Cluster(world, (role,), 1, restarts=False)))
    return State.of(world)


async def _once(cluster: Cluster) -> None:
    cluster.start()
    await cluster.quiet()
    await cluster.stop()
