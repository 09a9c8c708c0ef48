"""No message has been given up."""

from collections.abc import Iterator

from services.auditor.finding import Finding
from services.auditor.listed import Listed

DEAD = "-dlq"
SCHEDULE = "schedule"


def check(listed: Listed) -> Iterator[Finding]:
    """Look at the dead-letter queues."""
    for queue in listed.queues:
        waiting = queue.waiting + queue.in_hand
        if queue.name.endswith(DEAD) and waiting:
            several = "message was" if waiting == 1 else "messages were"
            yield Finding(
                kind="dead-letters",
                found=f"{waiting} {several} given up, in {queue.name}",
                remedy=_remedy(queue.name),
            )


def _remedy(name: str) -> str:
    """Say how to look, and how to move back; what SNS or a rule could not deliver is not ours."""
    worker = name.removeprefix("daybook-").removesuffix(DEAD)
    if worker.endswith("-undelivered") or worker == SCHEDULE:
        return f"Look at the policy and the key of what {name} took it from"
    return f"daybook dlq show {worker}; mend the cause, then daybook dlq redrive {worker}"
