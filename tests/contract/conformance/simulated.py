"""The simulator's side of a case."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from unittest.mock import patch

from shared.aws import clients
from shared.topology import load_topology
from tests.contract.conformance.aws import SERVICES, Aws, Letter, Wiring
from tests.contract.conformance.case import Case, Seen
from tests.faults import world as harness
from tests.faults.example import ACCOUNT
from tests.faults.process import CURRENT, Process
from tests.faults.run import universe
from tests.faults.sim_sqs import Queue
from tests.faults.wire import Refused, Reply, Request, error_reply
from tests.faults.world import World


class SimulatedAws(Aws):
    """A world of the fault harness that nothing but the case is in."""

    def __init__(self, opened: tuple[Any, ...], world: World) -> None:
        super().__init__(opened, ACCOUNT)
        self._world = world

    def now(self) -> datetime:
        return self._world.wall()

    def bucket(self) -> str:
        self._world.s3.buckets.add("conformance")
        return "conformance"

    def queue(self, *, visibility: int = 30, max_receives: int = 5) -> str:
        self._world.sqs.queues["conformance"] = Queue("conformance", visibility, max_receives)
        return _url("conformance")

    def send(self, queue: str, body: str) -> None:
        self._world.sqs.send(_name(queue), body)

    def visible(self, queue: str) -> int:
        return len(self._world.sqs.queues[_name(queue)].visible(self._world.loop.time()))

    def dead_letters(self, queue: str) -> list[Letter]:
        dead = self._world.sqs.queues[_name(queue)].dead
        return [Letter(letter.id, letter.body) for letter in dead.values()]

    async def wiring(self) -> Wiring:
        topology = load_topology()
        names = [name for worker in topology.workers for name in topology.filters(worker)]
        queues = {name.removeprefix("daybook-"): _url(name) for name in names}
        return Wiring(_arn(topology.events_topic), queues)

    def alarm_topic(self) -> str:
        return _arn(load_topology().alarms_topic)

    def alarms(self) -> list[tuple[str | None, str]]:
        return [(alarm.subject or None, alarm.text) for alarm in self._world.alarms]

    def sender(self) -> str:
        return "daybook@example.com"

    def posted(self, header: bytes) -> bytes:
        [raw] = [mail.raw for mail in self._world.ses.mails if header in mail.raw.splitlines()]
        return raw

    def table(self, storage: dict[str, Any]) -> dict[str, str]:
        self._world.glue.tables["conformance"] = storage
        self._world.glue.partitions["conformance"] = {}
        return {"DatabaseName": self._world.glue.database, "TableName": "conformance"}

    def fill_athena(self) -> None:
        self._world.athena.room = 0

    def data_set(self, *, failing: str = "") -> str:
        known = self._world.quicksight.data_sets
        name = f"conformance-{len(known)}"
        known.add(name)
        if failing:
            self._world.quicksight.fates[failing] = "FAILED"
        return name


@dataclass(frozen=True)
class Simulated:
    """What a case saw in the simulator, and what it did there to be seen.

    `calls` are (service, operation), `refusals` (service, error code).
    """

    seen: Seen
    calls: frozenset[tuple[str, str]]
    refusals: frozenset[tuple[str, str]]


def simulate(case: Case) -> Simulated:
    """Run a case in a world of its own, in virtual time."""
    with universe() as world, _process(), _refusals() as refusals:
        seen = world.loop.run_until_complete(_run(case, world))
        calls = {(call.service, call.operation) for call in world.log}
        return Simulated(seen, frozenset(calls), frozenset(refusals))


async def _run(case: Case, world: World) -> Seen:
    async with clients(*SERVICES) as opened:
        return await case.observe(SimulatedAws(opened, world))


@contextmanager
def _refusals() -> Iterator[set[tuple[str, str]]]:
    """Keep which errors the simulator answers with."""
    kept: set[tuple[str, str]] = set()

    def keep(request: Request, refused: Refused) -> Reply:
        kept.add((request.service, refused.code))
        return error_reply(request, refused)

    with patch.object(harness, "error_reply", keep):
        yield kept


@contextmanager
def _process() -> Iterator[None]:
    """Make the calls those of a process that is no worker."""
    token = CURRENT.set(Process("conformance", "conformance.0"))
    try:
        yield
    finally:
        CURRENT.reset(token)


def _arn(topic: str) -> str:
    return f"arn:aws:sns:eu-west-1:{ACCOUNT}:{topic}"


def _url(name: str) -> str:
    return f"http://127.0.0.1:9/{ACCOUNT}/{name}"


def _name(url: str) -> str:
    return url.rpartition("/")[2]
