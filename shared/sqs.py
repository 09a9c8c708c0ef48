"""A worker's queue in SQS.

Permissions: sqs:ReceiveMessage, sqs:ChangeMessageVisibility, sqs:DeleteMessage on that queue; for
a worker that may have to wait (query), sqs:SendMessage, too.
"""

import asyncio
from typing import Any

from botocore.exceptions import ClientError

from shared.errors import LeaseLost
from shared.ports import Message

NOT_OURS = {"MessageNotInflight", "ReceiptHandleIsInvalid", "InvalidParameterValue"}
"""What SQS answers to a receipt handle that has run out (Amazon SQS API Reference)."""
LONG_POLL = 10
"""Seconds; below the 20 that ECS and a stopping worker can spare (Amazon SQS long polling)."""

LONGEST_DELAY = 900
"""Seconds (Amazon SQS API Reference, SendMessage, DelaySeconds)."""


class SqsInbox:
    """Receives one message at a time: the work takes minutes, and a lease covers one message."""

    def __init__(
        self, client: Any, queue_url: str, *, visibility: int, poll_seconds: int = LONG_POLL
    ) -> None:
        """`client` is an aiobotocore SQS client; a message is leased for `visibility` seconds."""
        self._client = client
        self._queue = queue_url
        self._visibility = visibility
        self._poll_seconds = poll_seconds

    async def receive(self) -> Message | None:
        """Long-poll for one message.

        Its lease counts from the question: SQS granted it later, and the answer may have been long
        on its way.
        """
        ours_until = asyncio.get_running_loop().time() + self._visibility
        answer = await self._client.receive_message(
            QueueUrl=self._queue,
            MaxNumberOfMessages=1,
            WaitTimeSeconds=self._poll_seconds,
            VisibilityTimeout=self._visibility,
            MessageSystemAttributeNames=["ApproximateReceiveCount"],
        )
        for raw in answer.get("Messages", []):
            receives = int(raw["Attributes"]["ApproximateReceiveCount"])
            return Message(
                raw["MessageId"], raw["Body"], raw["ReceiptHandle"], receives, ours_until
            )
        return None

    async def extend(self, message: Message, seconds: int) -> None:
        """Extend the visibility timeout; raise LeaseLost when SQS says that it is not ours."""
        try:
            await self._change(message, seconds)
        except ClientError as error:
            code = error.response["Error"].get("Code", "")
            if code.rpartition(".")[2] in NOT_OURS:
                raise LeaseLost(code) from error
            raise

    async def release(self, message: Message, after: int) -> None:
        """Make the message visible again after `after` seconds (0 to 43,200)."""
        await self._change(message, after)

    async def defer(self, message: Message, after: int) -> None:
        """Send a copy, visible after `after` seconds (900 at most), and delete the message."""
        await self._client.send_message(
            QueueUrl=self._queue,
            MessageBody=message.body,
            DelaySeconds=min(after, LONGEST_DELAY),
        )
        await self.delete(message)

    async def delete(self, message: Message) -> None:
        """Delete the message."""
        await self._client.delete_message(QueueUrl=self._queue, ReceiptHandle=message.handle)

    async def _change(self, message: Message, seconds: int) -> None:
        await self._client.change_message_visibility(
            QueueUrl=self._queue, ReceiptHandle=message.handle, VisibilityTimeout=seconds
        )
