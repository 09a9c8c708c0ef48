"""What a test sees of its AWS account: boto3 clients to arrange and to look with."""

import json
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import boto3
from localstack_client.session import Session

from daybook.local.endpoint import Endpoint
from tests.support.embedded import Embedded
from tests.support.waiting import eventually

ARRIVAL_SECONDS = 10


@dataclass(frozen=True)
class Cloud:
    """An empty AWS account that the test's environment points to."""

    endpoint: Endpoint
    embedded: Embedded
    opened: ExitStack
    clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """Return a service's boto3 client; it is closed when the test ends."""
        if service not in self.clients:
            client = self._client(service)
            self.clients[service] = self.opened.enter_context(closing(client))
        return self.clients[service]

    def mail(self, header: bytes) -> bytes:
        """Wait for the message that has this header line."""
        return self.embedded.find_mail(header)

    @property
    def sent(self) -> int:
        """How many messages SES has taken; it relays them only after its answer."""
        return int(self.client("ses").get_send_quota()["SentLast24Hours"])

    def settle(self) -> None:
        """Wait for what SES still relays, lest it arrive in the next test."""
        expected, messages = self.sent, self.embedded.box.messages
        eventually(lambda: len(messages) >= expected, within=ARRIVAL_SECONDS, what="all mail")

    def _client(self, service: str) -> Any:
        if service == "quicksight":  # localstack-client does not know it
            return boto3.client(service, endpoint_url=self.endpoint.quicksight_url)
        if service == "budgets":  # nor this
            return boto3.client(
                service,
                endpoint_url=self.endpoint.url,
                aws_access_key_id=self.endpoint.account,
                aws_secret_access_key="test",
            )
        session = Session(
            aws_access_key_id=self.endpoint.account,
            region_name=self.endpoint.region,
            localstack_host=urlsplit(self.endpoint.url).netloc,
        )
        return session.client(service)


def take(sqs: Any, url: str) -> list[str]:
    """Receive what a queue holds right now, and delete it; returns the bodies."""
    bodies = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            bodies.append(message["Body"])
    return bodies


def arrive(sqs: Any, url: str, *, within: float = ARRIVAL_SECONDS) -> list[str]:
    """Wait until a queue has something, and take it."""
    return eventually(lambda: take(sqs, url), within=within, what=f"a message in {url}")


def depth(sqs: Any, url: str) -> int:
    """Return how many messages a queue holds, those in flight included."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)
    return sum(int(answer["Attributes"][name]) for name in names)


def queue_on(cloud: Cloud, topic: str, name: str) -> str:
    """Make a queue that hears all of a topic in SNS's envelope; returns its URL."""
    sqs, sns = cloud.client("sqs"), cloud.client("sns")
    url = str(sqs.create_queue(QueueName=name)["QueueUrl"])
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])
    return url


def envelope(body: str) -> tuple[str | None, str]:
    """Return subject and message of an SNS envelope."""
    content = json.loads(body)
    return content.get("Subject"), content["Message"]
