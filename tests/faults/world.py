"""The simulated AWS of one schedule: applies calls, injects the plan's faults, keeps the log."""

import asyncio
import contextlib
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
from botocore.exceptions import (
    ConnectionClosedError,
    EndpointConnectionError,
    HTTPClientError,
    ReadTimeoutError,
)

from shared.digest_claim import ClaimState
from shared.locations import DIGEST_CLAIMS, FAILURES
from shared.topology import load_topology
from tests.faults.clock import VirtualLoop
from tests.faults.kinds import KINDS, Kind, refusal
from tests.faults.process import CURRENT, OPERATOR, Kill, Process
from tests.faults.sim_athena import SimAthena
from tests.faults.sim_glue import SimGlue
from tests.faults.sim_quicksight import SimQuickSight
from tests.faults.sim_s3 import SimS3
from tests.faults.sim_ses import SimSes
from tests.faults.sim_sns import Alarm, SimSns
from tests.faults.sim_sqs import Queue, Queued, SimSqs
from tests.faults.wire import Refused, Reply, Request, answer, error_reply, read_request

LATENCY = 0.02
OUTAGE_CALLS = 40
"""Calls of one kind that fail in a row during an `outage`; then it is over."""
HEARTBEAT = "ChangeMessageVisibility"
CALM = "calm"
NOWHERE = aiohttp.client_reqrep.ConnectionKey("127.0.0.1", 9, False, True, None, None, None)
READS = ("Get", "Head", "List", "Describe", "Receive")
Plan = Mapping[int | str, str]
Gate = Callable[[Process, Request], Awaitable[None]]


class HarnessBroken(BaseException):
    """A mistake in the simulator: ends the run."""


@dataclass(frozen=True)
class Call:
    """One line of the call log."""

    by: str
    service: str
    operation: str
    about: str
    conditional: bool

    @property
    def effect(self) -> bool:
        return not self.operation.startswith(READS)

    def __str__(self) -> str:
        return f"{self.by} {self.service}:{self.operation} {self.about}"


class World:
    """Everything outside the workers."""

    def __init__(self, loop: VirtualLoop, plan: Plan | None = None) -> None:
        self.loop = loop
        self.plan = {call: kind for call, kind in (plan or {}).items() if isinstance(call, int)}
        self.named = [(call, kind) for call, kind in (plan or {}).items() if isinstance(call, str)]
        self.struck: dict[int, str] = {}
        self.inherited = False
        self.log: list[Call] = []
        self.lines: list[dict[str, Any]] = []
        self.fenced: list[Call] = []
        self.trespasses: list[Call] = []
        self.gate: Gate | None = None
        self.release: Callable[[], bool] | None = None
        self.branch: Callable[[int], None] | None = None
        self.applied: Callable[[int], None] | None = None
        self.overrun: Callable[[], bool] = lambda: False
        self.outage = ("", "")
        self.outage_left = 0
        topology = load_topology()
        self.s3 = SimS3(self.wall, _who)
        self.sqs = SimSqs(loop.time, self._dead)
        hears: dict[str, Mapping[str, object]] = {}
        for role, worker in topology.workers.items():
            own = topology.queue(role)
            for name, policy in topology.filters(role).items():
                limits = worker.visibility_timeout, worker.max_receive_count
                self.sqs.queues[name] = queue = Queue(name, *limits)
                self.sqs.queues[own].beside = queue if name != own else None
                hears[name] = policy
        mailed = [
            topology.queue(role)
            for role, worker in topology.workers.items()
            if topology.mail_events.says in worker.hears
        ]
        self.sns = SimSns(self.sqs.send, hears, mailed)
        self.ses = SimSes(self.wall)
        self.glue = SimGlue(topology.database)
        self.athena = SimAthena(loop.time, self.s3, self.glue)
        self.quicksight = SimQuickSight(
            loop.time, {*topology.quicksight_datasets, topology.quicksight_rules}
        )
        self.services: dict[str, object] = {
            "s3": self.s3,
            "sqs": self.sqs,
            "sns": self.sns,
            "ses": self.ses,
            "glue": self.glue,
            "quicksight": self.quicksight,
            "athena": self.athena,
        }

    def wall(self) -> datetime:
        return self.loop.wall()

    def heal(self) -> None:
        """Switch all faults off."""
        self.branch = None
        self.plan.clear()
        self.named.clear()
        self.outage = ("", "")

    @property
    def alarms(self) -> list[Alarm]:
        return self.sns.alarms

    async def wire(self, event_name: str, sent: Any) -> Any:
        """Take one attempt of one call; a fault of the harness itself must not pass for AWS's."""
        try:
            return await self._wire(event_name, sent)
        except HTTPClientError:
            raise
        except (ConnectionError, EndpointConnectionError):
            raise
        except Exception as error:
            raise HarnessBroken(repr(error)) from error

    async def _wire(self, event_name: str, sent: Any) -> Any:
        """Gate, fence, log, fault, answer."""
        process = CURRENT.get()
        request = read_request(event_name, sent)
        if self.gate:
            await self.gate(process, request)
        call = _call(process, request)
        if process.dead or self.overrun():
            self.fenced.append(call)
            raise Kill
        if self.sqs.quiet_glance(request):
            return answer(sent, await self._served(request))
        number = len(self.log)
        self.log.append(call)
        if _counts(call, request) and self._without_lease(process):
            self.trespasses.append(call)
        self.loop.now += LATENCY
        name = self._fault(number, call)
        reply = await self._answer(process, request, KINDS[name] if name else None)
        if self.applied:
            self.applied(number)
        return answer(sent, reply)

    def _without_lease(self, process: Process) -> bool:
        return process.lost or self.sqs.lapsed(process.name)

    def _fault(self, number: int, call: Call) -> str | None:
        name, what = self._planned(number, call), f"{call.operation} {call.about}"
        if name in ("outage", "cut_off"):
            out = what if name == "outage" else HEARTBEAT
            self.outage, self.outage_left = (call.by, out), OUTAGE_CALLS
        by, out = self.outage
        if self.outage_left and call.by == by and what.startswith(out):
            self.outage_left -= 1
            return "outage"
        return name

    def _planned(self, number: int, call: Call) -> str | None:
        """Return the fault that the plan has for a call, by its number or by name."""
        if self.branch:
            self.branch(number)
        kind = self.plan.get(number)
        if kind is None and self.named and re.search(self.named[0][0], str(call)):
            kind = self.named.pop(0)[1]
        if kind:
            self.struck[number] = kind
        return None if kind == CALM else kind

    async def _answer(self, process: Process, request: Request, kind: Kind | None) -> Reply:
        if kind is None:
            return await self._served(request)
        if kind.terminate:
            process.terminate()
            if process.dead:
                raise Kill
        reply = await self._outlasted(process, request, kind)
        _raise_transport(kind.tell, sent_to=request.path)
        if refused := refusal(kind, request):
            return error_reply(request, refused)
        if kind.tell == "garbled":
            return Reply(b"<html><body>proxy")
        return reply

    async def _outlasted(self, process: Process, request: Request, kind: Kind) -> Reply:
        """Apply a call, if it is to be, and let it last; raise Kill where its process is gone."""
        reply = await self._served(request) if kind.applied and not kind.late else Reply()
        if seconds := kind.seconds(request.service):
            await asyncio.sleep(seconds)
        if process.dead or kind.tell == "kill":
            process.dead = True
            raise Kill
        return await self._served(request) if kind.late else reply

    async def _served(self, request: Request) -> Reply:
        name = _snake(request.operation)
        try:
            reply = getattr(self.services[request.service], name)(request)
            served: Reply = await reply if asyncio.iscoroutine(reply) else reply
        except Refused as refused:
            return error_reply(request, refused)
        return served

    def _dead(self, queue: Queue, message: Queued) -> None:
        """Ring as CloudWatch does for a dead-letter queue that is not empty (infra's alarm)."""
        kind = "?"
        with contextlib.suppress(ValueError, KeyError, TypeError):
            kind = json.loads(message.body)["type"]
        self.alarms.append(Alarm(f"dead letter: {queue.name}", f"{kind} {message.id}"))


def _raise_transport(tell: str, *, sent_to: str) -> None:
    url = f"http://127.0.0.1:9{sent_to}"
    if tell == "timeout":
        raise ReadTimeoutError(endpoint_url=url)
    if tell == "closed":
        raise ConnectionClosedError(endpoint_url=url)
    if tell == "reset":  # aiobotocore raises the same for a connection that broke ...
        raise EndpointConnectionError(endpoint_url=url, error=aiohttp.ClientOSError(104, "reset"))
    if tell == "refused":  # ... as for one that was never made
        refused = aiohttp.ClientConnectorError(NOWHERE, OSError(111, "refused"))
        raise EndpointConnectionError(endpoint_url=url, error=refused)


def _who() -> str:
    return CURRENT.get(OPERATOR).name


def _call(process: Process, request: Request) -> Call:
    conditional = not {"if-match", "if-none-match"}.isdisjoint(request.headers)
    return Call(process.name, request.service, request.operation, request.about, conditional)


def _counts(call: Call, request: Request) -> bool:
    """Say whether a call changes anything that somebody without a lease must not change.

    What became of a claim of one's own may be told: its ETag fences it.
    """
    if not call.effect or call.service == "sqs" or call.about.startswith(FAILURES):
        return False
    settles = call.about.startswith(DIGEST_CLAIMS) and "if-match" in request.headers
    return not settles or json.loads(request.body)["state"] == ClaimState.CLAIMED


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).strip("_")
