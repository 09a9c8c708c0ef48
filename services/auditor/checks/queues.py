"""No message has been given up."""

from collections.abc import Iterator

from services.auditor.finding import Finding
from services.auditor.listed import Listed

DEAD = "-dlq"


def check(listed: Listed) -> Iterator[Finding]:
    """Look at the dead-letter queues."""
    for queue in listed.queues:
        waiting = queue.waiting + queue.in_hand
        if queue.name.endswith(DEAD) and waiting:
            several = "message was" if waiting == 1 else "messages were"
            yield Finding(
                kind="dead-letters",
                found=f"{waiting} {several} given up, in {queue.name}",
                remedy="Read why in the worker's log (settled, reason), mend it, then "
                "aws sqs start-message-move-task --source-arn ARN-OF-THE-QUEUE",
            )
