"""What a worker does to messages, as the cases do it."""

from typing import Any

from tests.contract.conformance.aws import Aws
from tests.contract.conformance.case import Seen, told


async def receive(aws: Aws, queue: str, *, wait: int = 0) -> dict[str, Any] | None:
    """Receive as the workers do; None when there is nothing."""
    answer = await aws.sqs.receive_message(
        QueueUrl=queue,
        MaxNumberOfMessages=1,
        WaitTimeSeconds=wait,
        MessageSystemAttributeNames=["ApproximateReceiveCount"],
    )
    return next(iter(answer.get("Messages", [])), None)


async def taken(aws: Aws, queue: str, *, wait: int = 0) -> dict[str, Any]:
    """Receive a message that must be there."""
    message = await receive(aws, queue, wait=wait)
    assert message
    return message


async def delivery(aws: Aws, queue: str, *, wait: int = 0) -> Seen:
    """Return what a receive shows, as far as it is the same on both sides."""
    message = await receive(aws, queue, wait=wait)
    return message and (message["Body"], message["Attributes"])


async def extend(aws: Aws, queue: str, message: dict[str, Any], seconds: int) -> Seen:
    return await told(
        aws.sqs.change_message_visibility(
            QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=seconds
        )
    )


async def delete(aws: Aws, queue: str, message: dict[str, Any]) -> Seen:
    return await told(
        aws.sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    )
