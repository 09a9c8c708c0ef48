"""What `docker compose up` brings up, without Docker: its services as processes, on LocalStack."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from localstack_client.session import Session

from daybook.bucket import CONFIG_KEY
from daybook.kept_mail import KeptMail, kept_mails
from daybook.local.processes import Child, start
from daybook.local.workers import Workers
from daybook.seed import EXPORT_PREFIX
from shared.days import Period
from shared.topology import load_topology
from tests.support.cloud import take
from tests.support.commands import daybook
from tests.support.compose import compose, free_port, service
from tests.support.localstack import localstack
from tests.support.waiting import eventually

ACCOUNT, BUCKET = "000000000000", "finops-daily-summaries"
POISON = '{"type": "period-queried", "data": "poison"}'
"""The archiver hears its type, and cannot read it."""
BESIDE = ("glue", "quicksight")
"""What the free edition of LocalStack lacks."""
APPLY_SECONDS = 180
HOP = 240.0
"""Seconds; a run crosses six queues, on machines that do much else beside."""


@dataclass
class Lab:
    """The running services, seen from the host."""

    url: str
    folder: Path
    account: str
    bucket: str
    environment: dict[str, str]
    opened: ExitStack
    queues: dict[str, str] = field(default_factory=dict)
    told: list[dict[str, Any]] = field(default_factory=list)
    clients: dict[str, Any] = field(default_factory=dict)

    def begin(self) -> None:
        """Listen, give the archiver a message that it cannot handle, and have the clock tick soon.

        The rule keeps the targets that it has: what it says, and to which topic.
        """
        topology = load_topology()
        self.listen(topology.events_topic, "test-events")
        self.listen(topology.alarms_topic, "test-alarms")
        self.client("sns").publish(TopicArn=self.arn("sns", topology.events_topic), Message=POISON)
        daily = topology.schedules[0]
        events = self.client("events")
        targets = events.list_targets_by_rule(Rule=daily.name)["Targets"]
        events.put_rule(Name=daily.name, ScheduleExpression="rate(1 minute)")
        # LocalStack takes a rule's schedule up when it is given targets.
        events.put_targets(Rule=daily.name, Targets=targets)

    def set_deadline(self) -> None:
        """Have every day due at the midnight that ends it, before the workers read what is so."""
        s3, place = self.client("s3"), {"Bucket": self.bucket, "Key": CONFIG_KEY}
        settings = yaml.safe_load(s3.get_object(**place)["Body"].read())
        settings["delivery_deadline"] = "00:00"
        s3.put_object(**place, Body=yaml.safe_dump(settings).encode())

    @contextmanager
    def withheld(self, period: Period) -> Iterator[None]:
        """Take a month's manifest out of the export; it is back with the end of the context."""
        s3, bucket = self.client("s3"), _export(self.account)
        listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"{EXPORT_PREFIX}/metadata/")
        (key,) = (item["Key"] for item in listed["Contents"] if str(period) in item["Key"])
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        s3.delete_object(Bucket=bucket, Key=key)
        try:
            yield
        finally:
            s3.put_object(Bucket=bucket, Key=key, Body=body)

    def client(self, name: str) -> Any:
        """Return a client of localstack-client's; it is closed with the lab."""
        if name not in self.clients:
            netloc = urlsplit(self.url).netloc
            session = Session(aws_access_key_id=self.account, localstack_host=netloc)
            self.clients[name] = self.opened.enter_context(closing(session.client(name)))
        return self.clients[name]

    def arn(self, service_name: str, name: str) -> str:
        """Return the ARN of a topic or queue of this account."""
        return f"arn:aws:{service_name}:us-east-1:{self.account}:{name}"

    def queue(self, name: str) -> str:
        """Return the URL of a queue."""
        return str(self.client("sqs").get_queue_url(QueueName=name)["QueueUrl"])

    def listen(self, topic: str, name: str) -> None:
        """Have a queue of the test's own hear all of a topic, raw."""
        sqs, sns = self.client("sqs"), self.client("sns")
        self.queues[topic] = str(sqs.create_queue(QueueName=name)["QueueUrl"])
        sns.subscribe(
            TopicArn=self.arn("sns", topic),
            Protocol="sqs",
            Endpoint=self.arn("sqs", name),
            Attributes={"RawMessageDelivery": "true"},
        )

    def publish(self, *arguments: object) -> str:
        """Publish an event with the command, as a developer would; returns its run id."""
        done = daybook("publish", *arguments, **self.environment)
        assert done.returncode == 0, done.stderr
        return str(json.loads(done.stdout)["runid"])

    def command(self, *arguments: object, ends: tuple[int, ...] = (0,)) -> Any:
        """Run an operator's command, which must end with one of these codes; returns its JSON."""
        environment = self.environment | {"DAYBOOK_ARCHIVE_BUCKET": self.bucket}
        done = daybook(*arguments, "--json", **environment)
        assert done.returncode in ends, (done.returncode, done.stdout, done.stderr)
        return json.loads(done.stdout)

    def event(self, within: float = HOP, **named: str) -> dict[str, Any]:
        """Wait for an event with these members."""

        def look() -> dict[str, Any] | None:
            self.told += [json.loads(body) for body in self.heard(load_topology().events_topic)]
            fitting = [event for event in self.told if named.items() <= event.items()]
            return fitting[0] if fitting else None

        return eventually(look, within=within, what=f"an event with {named}")

    def log(self, worker: str) -> str:
        """Return what a worker has logged."""
        return (self.folder / f"{worker}.log").read_text(encoding="utf-8")

    def heard(self, topic: str) -> list[str]:
        """Take what a topic said since the last look."""
        return take(self.client("sqs"), self.queues[topic])

    def mails(self) -> list[KeptMail]:
        """Return what LocalStack keeps; it may keep others' mails, too."""
        return asyncio.run(kept_mails(self.url))

    def digests(self, run: str) -> list[EmailMessage]:
        """Return the digests of a run that SES took."""
        parsed = [message_from_bytes(mail.raw, policy=default) for mail in self.mails() if mail.raw]
        return [message for message in parsed if message["X-Daybook-Run"] == run]


@asynccontextmanager
async def lab(folder: Path, opened: ExitStack) -> AsyncIterator[Lab]:
    """Start everything on free ports and in an account of its own; it is gone with the context."""
    children: list[Child] = []
    workers = Workers({}, folder)
    async with localstack(folder) as url:
        account = str(random.SystemRandom().randrange(10**11, 10**12))
        places = _places(url, account, folder)
        try:
            children += [await _start(name, places, folder) for name in BESIDE]
            applying = await _start("topology", places, folder, *_names(account))
            children.append(applying)
            done = await asyncio.wait_for(applying.process.wait(), APPLY_SECONDS)
            assert done == 0, applying.log.read_text()
            workers.environments = {
                name: service(name).moved(places).environment | _keys(account)
                for name in load_topology().workers
            }
            host = service("daybook").moved(places).environment | _keys(account)
            its = Lab(url, folder, account, f"daybook-{account}", host, opened)
            its.set_deadline()
            await workers.start()
            yield its
        finally:
            await workers.stop()
            await asyncio.gather(*(child.stop() for child in children))


async def _start(name: str, places: dict[str, str], folder: Path, *more: str) -> Child:
    moved = service(name).moved(places)
    keys = _keys(places[ACCOUNT]) if moved.environment else {}
    own = {"DAYBOOK_ARCHIVE_BUCKET": places[BUCKET]}
    log = folder / f"{name}.log"
    return await start(name, [*moved.arguments, *more], moved.environment | keys | own, log)


def _places(url: str, account: str, folder: Path) -> dict[str, str]:
    """Return what is where: on this machine instead of in the containers' network."""
    config = folder / "aws-config"
    config.write_text(compose()["configs"]["aws"]["content"], encoding="utf-8")
    glue, quicksight = str(free_port()), str(free_port())
    return {
        "http://localstack:4566": url,
        "http://glue": "http://127.0.0.1",
        "http://quicksight": "http://127.0.0.1",
        "0.0.0.0": "127.0.0.1",  # noqa: S104 - replaced
        "4567": glue,
        "4568": quicksight,
        "/aws-config": str(config),
        ACCOUNT: account,
        BUCKET: f"daybook-{account}",
    }


def _names(account: str) -> list[str]:
    """Bucket names are everybody's: those of a LocalStack that runs already may be taken."""
    return ["--export-bucket", _export(account)]


def _export(account: str) -> str:
    return f"daybook-export-{account}"


def _keys(account: str) -> dict[str, str]:
    return {"AWS_ACCESS_KEY_ID": account}
