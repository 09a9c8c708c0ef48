"""A late export, from the tick to the digest: five worker processes over real queues.

The query worker's clock is the test's, so the deadline passes when the test says so.
"""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
import yaml

from daybook.bucket import CONFIG_KEY
from daybook.local.processes import start
from daybook.local.provision import Provisioned, listen, provision
from daybook.local.workers import Workers, worker_environment
from daybook.run import tick
from daybook.seed import EXPORT_BUCKET, EXPORT_PREFIX
from shared.events import DataDelayed, DigestSent, Event, parse
from shared.topology import load_topology
from tests.support.clocked_query import CLOCK
from tests.support.cloud import Cloud, depth, take
from tests.support.exports import example, seeded
from tests.support.looped import Loop
from tests.support.waiting import eventually_async

TOPOLOGY = load_topology()
DAY = date(2026, 6, 8)
MORNING = datetime(2026, 6, 9, 7, 0, 5, tzinfo=UTC)
DUE = datetime(2026, 6, 9, 14, 0, tzinfo=UTC)
LOOKS = TOPOLOGY.workers["query"].max_receive_count + 2
"""More than the queue would let a message be received."""
HOP = 60.0


@dataclass
class ClockedWorkers(Workers):
    """The workers as processes, the query worker with the test's clock."""

    async def _start(self, name: str) -> None:
        if name != "query":
            await super()._start(name)
            return
        log = self.logs / "query.log"
        module = ["-m", "tests.support.clocked_query"]
        self.children[name] = await start(name, module, self.environments[name], log)


@dataclass
class Late:
    """An account whose export of the month has not been delivered, and who works on it."""

    cloud: Cloud
    provisioned: Provisioned
    observer: str
    logs: Path
    manifest: tuple[str, bytes]
    heard: list[Event] = field(default_factory=list)

    @property
    def clock(self) -> Path:
        return self.logs / "clock"

    def set_clock(self, moment: datetime) -> None:
        draft = self.clock.with_suffix(".new")
        draft.write_text(moment.isoformat(), encoding="utf-8")
        draft.replace(self.clock)

    def deliver(self) -> None:
        key, body = self.manifest
        self.cloud.client("s3").put_object(Bucket=EXPORT_BUCKET, Key=key, Body=body)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        environments = worker_environment(
            TOPOLOGY, self.cloud.endpoint, self.provisioned, CONFIG_KEY
        )
        environments["query"] |= {"DAYBOOK_LOOK_AGAIN": "1", CLOCK: str(self.clock)}
        workers = ClockedWorkers(environments, self.logs)
        await workers.start()
        try:
            yield
        finally:
            await workers.stop()

    def looks(self) -> list[dict[str, Any]]:
        """Return what the query worker logged of each time that it let the message wait."""
        lines = (self.logs / "query.log").read_text(encoding="utf-8").splitlines()
        records = [json.loads(line) for line in lines if line.startswith("{")]
        return [r for r in records if r.get("outcome") == "WAITING"]

    def events(self, kind: type[Event]) -> list[Any]:
        bodies = take(self.cloud.client("sqs"), self.observer)
        self.heard += [parse(body) for body in bodies]
        return [event for event in self.heard if isinstance(event, kind)]

    async def look_until(self, more: int) -> None:
        """Wait until the query worker has looked so many times more."""
        target = len(self.looks()) + more
        await until(lambda: len(self.looks()) >= target, f"{more} looks")

    async def quiet(self) -> None:
        """Wait until every queue is empty; nobody may have given up."""
        sqs, queues = self.cloud.client("sqs"), self.provisioned.queues.values()
        await until(lambda: not any(depth(sqs, url) for url in queues), "all queues are empty")
        assert not any(depth(sqs, url) for url in self.provisioned.dead_letter_queues.values())


async def until(look: Callable[[], object], what: str) -> None:
    async def looked() -> object:
        return look()

    await eventually_async(looked, within=HOP, what=what)


def set_deadline(cloud: Cloud, provisioned: Provisioned) -> None:
    s3, place = cloud.client("s3"), {"Bucket": provisioned.bucket, "Key": CONFIG_KEY}
    settings = yaml.safe_load(s3.get_object(**place)["Body"].read())
    settings["delivery_deadline"] = f"{DUE:%H:%M}"
    s3.put_object(**place, Body=yaml.safe_dump(settings).encode())


def take_back(cloud: Cloud) -> tuple[str, bytes]:
    """Take the month's manifest out of the export; returns it."""
    s3, key = cloud.client("s3"), ""
    listed = s3.list_objects_v2(Bucket=EXPORT_BUCKET, Prefix=f"{EXPORT_PREFIX}/metadata/")
    (key,) = (item["Key"] for item in listed["Contents"] if f"{DAY:%Y-%m}" in item["Key"])
    body = bytes(s3.get_object(Bucket=EXPORT_BUCKET, Key=key)["Body"].read())
    s3.delete_object(Bucket=EXPORT_BUCKET, Key=key)
    return key, body


@pytest.fixture
def late(cloud: Cloud, loop: Loop, tmp_path: Path) -> Late:
    provisioned = loop(provision(TOPOLOGY, cloud.endpoint.account))
    loop(seeded(example(tmp_path / "example"), provisioned))
    set_deadline(cloud, provisioned)
    observer = loop(listen("observer", provisioned.events_topic))
    logs = tmp_path / "logs"
    logs.mkdir()
    return Late(cloud, provisioned, observer, logs, take_back(cloud))


def test_a_late_export_is_waited_for_told_of_once_and_reported_once(late: Late, loop: Loop) -> None:
    async def scenario() -> None:
        late.set_clock(MORNING)
        async with late.working():
            await tick(TOPOLOGY, DAY)
            await late.look_until(LOOKS)
            assert late.events(DataDelayed) == []
            assert late.cloud.sent == 0

            late.set_clock(DUE)
            await until(lambda: late.events(DataDelayed), "the delay is told")
            await until(lambda: late.cloud.sent, "the mail that tells of it")
            await late.look_until(3)

            late.deliver()
            await until(lambda: late.events(DigestSent), "the digest")
            await late.quiet()

    people = loop(listen("people", late.provisioned.alarms_topic))
    loop(scenario())

    (alarm,) = take(late.cloud.client("sqs"), people)
    assert f"the digest of {DAY} could not be sent" in alarm
    assert f"daybook status {DAY:%Y-%m}" in alarm
    assert {look["attempt"] for look in late.looks()} == {1}
    assert len({event.id for event in late.events(DataDelayed)}) == 1
    assert [event.data.day for event in late.events(DigestSent)] == [DAY]
    assert late.cloud.sent == 2
    delayed, digest = subjects(late)
    assert delayed == "Data delayed: the cost of Mon 08 Jun 2026 is not known yet"
    assert digest.endswith("on Mon 08 Jun 2026")


def subjects(late: Late) -> list[str]:
    late.cloud.settle()
    messages = late.cloud.embedded.box.messages
    return [
        str(message_from_bytes(raw, _class=EmailMessage, policy=SMTP)["Subject"])
        for raw in messages
    ]
