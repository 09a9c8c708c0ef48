"""Runs one schedule: starts the shipped workers, lets them work until all is quiet, judges."""

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any
from unittest.mock import patch

import structlog

from services.archiver import __main__ as archiver
from services.auditor import __main__ as auditor
from services.auditor.settings import AuditorSettings
from services.catalog import __main__ as catalog
from services.catalog.settings import CatalogSettings
from services.forecaster import __main__ as forecaster
from services.notifier import __main__ as notifier
from services.notifier.settings import NotifierSettings
from services.query import __main__ as query
from services.query.settings import QuerySettings
from shared import service
from shared.settings import WorkerSettings
from tests.faults.clients import ACTIVE, wired
from tests.faults.clock import VirtualLoop, virtual_clock
from tests.faults.example import furnish, settings_of
from tests.faults.invariants import violations
from tests.faults.memo import memoised
from tests.faults.process import CURRENT, Process, last_resort
from tests.faults.said import DOUBT
from tests.faults.scenario import Scenario, Step
from tests.faults.schedule import Schedule
from tests.faults.world import HarnessBroken, Plan, World

BUILDS: dict[str, tuple[type[WorkerSettings], Any]] = {
    "query": (QuerySettings, query),
    "archiver": (WorkerSettings, archiver),
    "forecaster": (WorkerSettings, forecaster),
    "catalog": (CatalogSettings, catalog),
    "notifier": (NotifierSettings, notifier),
    "auditor": (AuditorSettings, auditor),
}

STOPPED_WITHIN = 20.0
"""Seconds from SIGTERM to the end of the process."""
RESTART = 5
"""Seconds until a process that ended is started again, as ECS does."""
PATIENCE = 40 * 24 * 3600
"""Virtual seconds in which everything must have come to rest."""
MOST_CALLS = 3500
"""In a scenario whose messages travel as they should; whoever makes copies of all makes more."""
REDRIVES = 3
Fork = Callable[[World, int], None]


@dataclass
class Result:
    """How a schedule went."""

    world: World
    violations: list[str] = field(default_factory=list)
    redriven: int = 0

    @property
    def verdict(self) -> str:
        """`wrong`, `alarmed` (a person must look), `redriven` or `clean`."""
        if self.violations:
            return "wrong"
        if any(DOUBT in alarm.subject for alarm in self.world.alarms):
            return "alarmed"
        return "redriven" if self.redriven else "clean"


class Cluster:
    """The five workers as processes that are started again whenever they end."""

    def __init__(
        self,
        world: World,
        roles: Sequence[str],
        instances: int,
        *,
        alone: Sequence[str] = (),
        restarts: bool = True,
        most_calls: int = MOST_CALLS,
    ) -> None:
        """Run `instances` of each of `roles`, and one of each that works `alone`."""
        self._most_calls = most_calls
        self.world = world
        self.processes: dict[str, Process] = {}
        self.ends: list[str] = []
        self.slow_stops: list[str] = []
        self._names = [(role, f"{role}.{n}") for role in roles for n in range(instances)]
        self._names += [(role, f"{role}.0") for role in alone]
        self._keepers: list[asyncio.Task[None]] = []
        self._quiet: asyncio.Future[None] | None = None
        self._restarts = restarts
        world.loop.on_signal = _listen
        world.loop.on_idle = self._on_idle
        world.overrun = self._overrun

    def start(self) -> None:
        self._keepers = [asyncio.create_task(self._keep(*name)) for name in self._names]

    async def quiet(self) -> None:
        """Wait until every queue is empty and every process waits for a message."""
        self._quiet = asyncio.get_running_loop().create_future()
        await asyncio.wait_for(self._quiet, PATIENCE)

    async def stop(self) -> None:
        """SIGTERM to all; each must end within its grace."""
        self.world.sqs.closing = True
        for process in self.processes.values():
            process.terminate()
        self.world.sqs.close()
        await asyncio.wait_for(asyncio.gather(*self._keepers), 60)

    def kill(self) -> None:
        for keeper in self._keepers:
            keeper.cancel()

    async def _keep(self, role: str, name: str) -> None:
        while not self.world.sqs.closing:
            process, began = Process(role, name), len(self.world.log)
            self.processes[name] = process
            task = asyncio.create_task(self._serve(process))
            task.add_done_callback(_why)  # whatever it died of is looked at, whoever still waits
            process.gone = asyncio.get_running_loop().create_future()
            try:
                await asyncio.wait({task, process.gone}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                task.cancel()
            process.dead = True
            self._note_end(process, task)
            if self._broken(task, called=any(c.by == name for c in self.world.log[began:])):
                return
            if not self._restarts:
                self._rest()
                return
            if not self.world.sqs.closing:
                await asyncio.sleep(RESTART)

    def _note_end(self, process: Process, task: asyncio.Task[None]) -> None:
        self.ends.append(f"{process.name}: {_why(task) if task.done() else 'left'}")
        if process.told_at is not None:
            took = self.world.loop.time() - process.told_at
            if took > STOPPED_WITHIN:
                self.slow_stops.append(f"{process.name} took {took:.0f} s to stop")

    def _broken(self, task: asyncio.Task[None], *, called: bool) -> bool:
        """Say whether it ended by no fault, and end the run: a fault strikes a call."""
        error = None if task.cancelled() or not task.done() else task.exception()
        broken = isinstance(error, HarnessBroken) or (error is not None and not called)
        if broken and self._quiet and not self._quiet.done():
            self._quiet.set_exception(HarnessBroken(repr(error)))
        return broken

    async def _serve(self, process: Process) -> None:
        CURRENT.set(process)
        kind, module = BUILDS[process.role]
        await service._serve(settings_of(process.role, kind), module.build)

    def _on_idle(self) -> bool:
        if self.world.release and self.world.release():
            return True
        return self._resting() and self._rest()

    def _rest(self) -> bool:
        """Tell who waits for quiet that it is."""
        if self._quiet is None or self._quiet.done():
            return False
        self._quiet.set_result(None)
        return True

    def _resting(self) -> bool:
        held = (self.world.sqs.held(role) for role, _ in self._names)
        return not any(held) and all(process.parked for process in self.processes.values())

    def _overrun(self) -> bool:
        if len(self.world.log) < self._most_calls:
            return False
        if self._quiet and not self._quiet.done():
            self._quiet.set_exception(TimeoutError())
        return True


def _listen(stop: Callable[[], None]) -> None:
    CURRENT.get().signals.append(stop)


def _why(task: asyncio.Task[None]) -> str:
    if task.cancelled():
        return "cancelled"
    error = task.exception()
    return "stopped" if error is None else repr(error)


@contextmanager
def universe(plan: Plan | None = None, seed: int = 0, start: float = 0) -> Iterator[World]:
    """Open a simulated AWS with its own clock, in which the product finds itself."""
    loop = VirtualLoop(start)
    world = World(loop, plan)
    settings = structlog.get_config()
    state = random.getstate()
    with ExitStack() as stack:
        stack.callback(_close, loop)
        stack.callback(structlog.configure, **settings)
        stack.callback(random.setstate, state)
        stack.enter_context(virtual_clock())
        stack.enter_context(wired())
        stack.enter_context(patch.object(service, "last_resort", last_resort))
        stack.enter_context(memoised(seed))
        stack.callback(ACTIVE.reset, ACTIVE.set(world))
        structlog.configure(processors=[structlog.contextvars.merge_contextvars, _keeper(world)])
        random.seed(seed)
        yield world


def _close(loop: VirtualLoop) -> None:
    """Take away what killed processes have left waiting, and close."""
    loop.on_idle = bool
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.close()


def _keeper(world: World) -> Callable[[Any, str, Any], Any]:
    def keep(_logger: Any, _method: str, line: Any) -> Any:
        world.lines.append(dict(line))
        raise structlog.DropEvent

    return keep


def run(schedule: Schedule, scenario: Scenario, fork: Fork | None = None) -> Result:
    """Run one schedule to its end and judge it; `fork` is told of each call that may be struck."""
    warm_up(schedule.instances)
    with universe(dict(schedule.plan), schedule.seed) as world:
        result = Result(world)
        furnish(world)
        scenario.prepare(world)
        world.branch = partial(fork, world) if fork else None
        most = MOST_CALLS * scenario.copies
        cluster = Cluster(world, scenario.roles, schedule.instances, most_calls=most)
        world.loop.run_until_complete(finish(cluster, result, scenario.steps))
        result.violations += violations(world, scenario.expected)
        if result.redriven and not (schedule.plan or world.struck):
            result.violations.append("without any fault, somebody had to redrive")
        return result


@cache
def warm_up(instances: int) -> None:
    """Let the first run be no run: clients that are being made change who is first."""
    with universe() as world:
        furnish(world)
        cluster = Cluster(world, tuple(BUILDS), instances)
        world.loop.run_until_complete(finish(cluster, Result(world)))


async def finish(
    cluster: Cluster, result: Result, steps: Sequence[Step] = (lambda _world: None,)
) -> None:
    """Start the workers, take the steps, heal by redrive what is dead, and stop."""
    cluster.start()
    try:
        for step in steps:
            step(cluster.world)
            await cluster.quiet()
        await _redrive(cluster, result)
        await cluster.stop()
        result.violations += cluster.slow_stops
    except TimeoutError:
        result.violations.append("it does not come to rest")
        cluster.kill()
        with suppress(BaseException):
            await asyncio.gather(*cluster._keepers, return_exceptions=True)


async def _redrive(cluster: Cluster, result: Result) -> None:
    """Put dead letters back with the faults switched off, as a person does who was alarmed."""
    world = cluster.world
    for _ in range(REDRIVES):
        if not any(queue.dead for queue in world.sqs.queues.values()):
            return
        world.heal()
        result.redriven += world.sqs.redrive()
        await cluster.quiet()


def replay(line: str, scenarios: dict[str, Scenario]) -> Result:
    """Run the schedule that a line describes."""
    schedule = Schedule.parse(line)
    return run(schedule, scenarios[schedule.scenario])
