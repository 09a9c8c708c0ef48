"""Layer 6: hypothesis mixes what the other layers do one at a time, over several runs."""

import ast
from dataclasses import replace

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from shared.ids import derive_id
from tests.faults.example import DAY, FIRST, PROD, Delivery, backfill, deliver, furnish, tick
from tests.faults.invariants import violations
from tests.faults.kinds import KINDS
from tests.faults.run import Cluster, Result, finish, universe, warm_up
from tests.faults.scenario import DAILY, Expected
from tests.faults.state import State
from tests.faults.sweep import Report
from tests.faults.verdict import Judged

MOST_WORK = 5
FAULTS = st.lists(
    st.tuples(st.integers(0, 120), st.sampled_from(sorted(set(KINDS) - {"outage"}))), max_size=2
)


class Days(RuleBasedStateMachine):
    """Ticks, restatements, backfills and copies, with faults in each round of work."""

    def __init__(self) -> None:
        super().__init__()
        self.number = 0
        self.delivery = FIRST
        self.expected = Expected(FIRST, (DAY,), ())
        self.pending: list[str] = []
        self.said: list[str] = []
        self.asked = False
        """Whether anybody has asked anew: old messages are about what was delivered then."""
        self.state: State | None = None
        self.worked = 0
        self.steps: list[str] = []

    @initialize()
    def first_tick(self) -> None:
        self.ticks()

    @rule()
    def ticks(self) -> None:
        self._note("ticks")
        self.number += 1
        self._ask(tick(self.number), f"{DAY}-daily")

    @rule(notify=st.booleans())
    def backfills(self, notify: bool) -> None:
        self._note("backfills", notify)
        self.number += 1
        run = derive_id(f"backfill-{self.number}", "run")
        self._ask(backfill(self.number, notify=notify), f"{DAY}-replay-{run}" if notify else "")

    @rule(cents=st.integers(1, 99))
    def restates(self, cents: int) -> None:
        self._note("restates", cents)
        extra = ("2026-11-02", PROD, f"{self.number}.{cents:02}")
        self.number += 1
        self.delivery = Delivery(f"v{self.number}", (*FIRST.lines, extra))

    @precondition(lambda self: bool(self.said))
    @rule(which=st.integers(0, 1000))
    def comes_again(self, which: int) -> None:
        self._note("comes_again", which)
        self.pending.append(self.said[which % len(self.said)])

    @precondition(lambda self: self.worked < MOST_WORK)
    @rule(faults=FAULTS, instances=st.integers(1, 2), later=st.sampled_from((1, 200, 90_000)))
    def works(self, faults: list[tuple[int, str]], instances: int, later: int) -> None:
        if not self.pending:
            return
        self._note("works", faults, instances, later)
        self.worked += 1
        warm_up(instances)
        with universe(dict(faults), seed=self.number) as world:
            furnish(world)
            if self.state:
                self.state.restore(world, later=later)
            if self.delivery is not self.expected.newest:
                deliver(world, self.delivery)
                if self.asked:
                    self._keep_newest()
            self.asked = False
            pending, self.pending = self.pending, []
            for body in pending:
                world.sns.tell(body)
            result = Result(world)
            cluster = Cluster(world, DAILY, instances)
            world.loop.run_until_complete(finish(cluster, result))
            problems = result.violations + list(violations(world, self.expected))
            assert not problems, f"{self.line}  # {'; '.join(problems)}"
            self.state = State.of(world)
            self.said += world.sns.said

    @property
    def line(self) -> str:
        """What was done, as a line that does it again."""
        return f"machine={' '.join(self.steps)}"

    def _note(self, step: str, *arguments: object) -> None:
        listed = ",".join(repr(argument).replace(" ", "") for argument in arguments)
        self.steps.append(f"{step}({listed})")

    def _keep_newest(self) -> None:
        self.expected = replace(self.expected, newest=self.delivery)

    def _ask(self, body: str, digest: str) -> None:
        self.pending.append(body)
        self.asked = True
        days = (DAY,) if "tick" in body else (DAY.replace(day=1), DAY)
        wanted = {*self.expected.digests, digest} - {""}
        assessed = tuple(sorted({*self.expected.assessed, *days}))
        self.expected = replace(self.expected, digests=tuple(sorted(wanted)), assessed=assessed)


def judge_line(line: str) -> Judged:
    """Take the steps of a line `machine=…` again, without hypothesis."""
    machine = Days()
    try:
        for step in line.removeprefix("machine=").split():
            name, _, arguments = step.removesuffix(")").partition("(")
            getattr(machine, name)(*ast.literal_eval(f"({arguments},)") if arguments else ())
    except AssertionError as error:
        return Judged(line, "wrong", (str(error),))
    return Judged(line, "clean")


def explored(*, examples: int = 120) -> Report:
    """Let hypothesis look for a sequence that violates something; always the same search."""
    chosen = settings(
        max_examples=examples,
        stateful_step_count=12,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    report = Report("state machine", notes=f"{examples} sequences of up to 12 steps")
    try:
        run_machine(Days, settings=chosen)
    except AssertionError as error:
        line, _, problems = str(error).partition("  # ")
        report.judged.append(Judged(line, "wrong", (problems,)))
    report.judged += [Judged("machine", "clean")] * examples
    return report
