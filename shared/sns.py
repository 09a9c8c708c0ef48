"""The events topic and the alarm topic in SNS.

Permission: sns:Publish on both topics. Subscriptions filter on `type` and `lane` in the message
body (shared/topology.py), so an event published by hand with `aws sns publish` reaches the same
queues.
"""

from typing import Any

from shared.events import Event

SUBJECT_LIMIT = 99
"""Characters: a subject is less than 100 long (Amazon SNS API Reference, Publish)."""


class SnsOutbox:
    """Publishes events."""

    def __init__(self, client: Any, topic_arn: str) -> None:
        """`client` is an aiobotocore SNS client without retries."""
        self._client = client
        self._topic = topic_arn

    async def publish(self, event: Event) -> None:
        """Publish one event as its JSON."""
        await self._client.publish(TopicArn=self._topic, Message=event.to_json())


class SnsAlarmBell:
    """Rings the alarm topic."""

    def __init__(self, client: Any, topic_arn: str) -> None:
        """`client` is an aiobotocore SNS client without retries."""
        self._client = client
        self._topic = topic_arn

    async def ring(self, subject: str, text: str) -> None:
        """Publish one alarm; characters that SNS refuses in a subject become question marks."""
        printable = "".join(c if " " <= c <= "~" else "?" for c in subject)[:SUBJECT_LIMIT]
        await self._client.publish(TopicArn=self._topic, Subject=printable, Message=text)
