"""What the workers' queues hold.

Permission: sqs:GetQueueAttributes on each of them.
"""

from collections.abc import Sequence
from typing import Any

from services.auditor.listed import Queue

VISIBLE, IN_FLIGHT = "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"


class SqsQueues:
    """Looks at queues that are siblings of one."""

    def __init__(self, client: Any, sibling_url: str) -> None:
        """`client` is an aiobotocore SQS client; the queues' URLs differ in the name only."""
        self._client = client
        self._base = sibling_url.rpartition("/")[0]

    async def look(self, names: Sequence[str]) -> Sequence[Queue]:
        """Count what each queue holds."""
        return [await self._look(name) for name in names]

    async def _look(self, name: str) -> Queue:
        answer = await self._client.get_queue_attributes(
            QueueUrl=f"{self._base}/{name}", AttributeNames=[VISIBLE, IN_FLIGHT]
        )
        counts = answer["Attributes"]
        return Queue(name, int(counts[VISIBLE]), int(counts[IN_FLIGHT]))
