"""The emulator's side of a case."""

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from daybook.local.provision import provision
from shared.aws import clients
from shared.topology import load_topology
from tests.contract.conformance.aws import SERVICES, Aws, Letter, Wiring
from tests.contract.conformance.case import Case, Seen
from tests.support.cloud import Cloud, envelope, queue_on, take
from tests.support.embedded import Embedded, point_to
from tests.support.looped import looped
from tests.support.quicksight import DIRECT

DEAD = "-dead"
SENDER = "daybook@example.com"


class EmulatedAws(Aws):
    """One account of the embedded AWS for all cases: each has names of its own in it."""

    def __init__(self, opened: tuple[Any, ...], cloud: Cloud) -> None:
        super().__init__(opened, cloud.endpoint.account)
        self._cloud = cloud
        self._numbers = itertools.count(1)
        self._alarms = ""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def bucket(self) -> str:
        name = self._name()
        self._cloud.client("s3").create_bucket(Bucket=name)
        return name

    def queue(self, *, visibility: int = 30, max_receives: int = 5) -> str:
        sqs, name = self._cloud.client("sqs"), self._name()
        dead = sqs.create_queue(QueueName=name + DEAD)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]
        redrive = {"deadLetterTargetArn": arn["QueueArn"], "maxReceiveCount": max_receives}
        attributes = {
            "VisibilityTimeout": str(visibility),
            "RedrivePolicy": json.dumps(redrive),
        }
        return str(sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])

    def send(self, queue: str, body: str) -> None:
        self._cloud.client("sqs").send_message(QueueUrl=queue, MessageBody=body)

    def visible(self, queue: str) -> int:
        asked = {"QueueUrl": queue, "AttributeNames": ["ApproximateNumberOfMessages"]}
        answer = self._cloud.client("sqs").get_queue_attributes(**asked)
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])

    def dead_letters(self, queue: str) -> list[Letter]:
        asked = {"QueueUrl": queue + DEAD, "MaxNumberOfMessages": 10, "VisibilityTimeout": 0}
        found = self._cloud.client("sqs").receive_message(**asked).get("Messages", [])
        return [Letter(letter["MessageId"], letter["Body"]) for letter in found]

    async def wiring(self) -> Wiring:
        made = await provision(load_topology(), self.account)
        second = {f"{worker}-backfill": url for worker, url in made.backfill_queues.items()}
        return Wiring(made.events_topic, made.queues | second)

    def alarm_topic(self) -> str:
        name = self._name()
        topic = str(self._cloud.client("sns").create_topic(Name=name)["TopicArn"])
        self._alarms = queue_on(self._cloud, topic, name)
        return topic

    def alarms(self) -> list[tuple[str | None, str]]:
        return [envelope(body) for body in take(self._cloud.client("sqs"), self._alarms)]

    def sender(self) -> str:
        self._cloud.client("ses").verify_email_identity(EmailAddress=SENDER)
        return SENDER

    def posted(self, header: bytes) -> bytes:
        return self._cloud.mail(header)

    def table(self, storage: dict[str, Any]) -> dict[str, str]:
        glue, name = self._cloud.client("glue"), self._name()
        glue.create_database(DatabaseInput={"Name": name})
        keys = [{"Name": key, "Type": "int"} for key in ("year", "month", "day")]
        table = {"Name": name, "StorageDescriptor": storage, "PartitionKeys": keys}
        glue.create_table(DatabaseName=name, TableInput=table)
        return {"DatabaseName": name, "TableName": name}

    def fill_athena(self) -> None:
        """Not possible: it takes any number of queries."""

    def data_set(self, *, failing: str = "") -> str:
        name = f"fail-{self._name()}" if failing else self._name()
        ids = {"AwsAccountId": self.account, "DataSetId": name}
        self._cloud.client("quicksight").create_data_set(**ids, **DIRECT)
        return name

    def _name(self) -> str:
        return f"conformance-{next(self._numbers)}"


@contextmanager
def emulating(embedded: Embedded) -> Iterator[Callable[[Case], Seen]]:
    """Open an account; what is given runs one case after the other in it, in real time."""
    endpoint = embedded.fresh()
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack, looped() as loop:
        point_to(endpoint, patch)
        cloud = Cloud(endpoint, embedded, stack)
        side = EmulatedAws(loop.enter(clients(*SERVICES)), cloud)
        yield lambda case: loop(case.observe(side))
        cloud.settle()
