"""Why a message failed, for whoever finds it in a dead-letter queue.

A note per message in the archive bucket, written over at each failure and expired by the bucket:
the log has more, and is harder to find from a message. Best effort: a note that cannot be written
changes nothing about the message.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from pydantic import Field
from structlog.contextvars import get_contextvars

from shared.errors import InputError
from shared.frozen import Frozen
from shared.locations import failure_key
from shared.outcomes import MEANT, Outcome, Verdict
from shared.ports import Message, ObjectStore

log = structlog.get_logger()
NOTED = {Outcome.FAILED, Outcome.REJECTED, Outcome.RETRY, Outcome.LEASE_LOST}
"""What counts against a message's receives."""
LONGEST = 500
WITHIN = 5.0
"""Seconds for the note: less than a stopping worker's grace."""
_SECRET = re.compile(r"[A-Za-z0-9+/=_-]{40,}|A[SK]IA[A-Z0-9]{16}")
"""What may be a key, a token or a signature."""


class Failure(Frozen):
    """What a worker knows of its last failure with a message."""

    message: str = Field(description="The message's id in SQS.")
    queue: str = Field(description="Name of the worker's queue.")
    at: datetime = Field(description="When it failed (UTC).")
    receives: int = Field(description="Deliveries so far, this one included.")
    kind: str = Field(description="Class of the error.")
    reason: str = Field(description="What it says, shortened, without what may be a secret.")
    heard: str = Field(default="", description="Type of the event; empty when it is none.")
    run: str = Field(default="", description="The event's run.")
    day: str = Field(default="", description="The day that the event is about.")


@dataclass(frozen=True)
class Failures:
    """Writes the notes of one worker."""

    store: ObjectStore
    queue: str
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def note(self, message: Message, verdict: Verdict) -> None:
        """Write down a failure that counts; the event is the one that the log is bound to."""
        bound = get_contextvars()
        if verdict.outcome not in NOTED or verdict.error is None or "heard" not in bound:
            return  # what is wrong with a body that is no event, its reader finds out as well
        failure = Failure(
            message=message.id,
            queue=self.queue,
            at=self.now(),
            receives=message.receives,
            kind=type(verdict.error).__name__,
            reason=reason_of(verdict.error),
            **{name: str(bound.get(name, "")) for name in ("heard", "run", "day")},
        )
        key = failure_key(self.queue, message.id)
        try:
            async with asyncio.timeout(WITHIN):
                await self.store.put(key, failure.model_dump_json().encode())
        except Exception as error:  # noqa: BLE001 - the message matters, not the note
            log.warning("failure-not-noted", error=repr(error))


def reason_of(error: BaseException) -> str:
    """Return an error's words; of AWS's own errors the operation and the code alone."""
    if operation := getattr(error, "operation_name", None):  # botocore's ClientError
        answer = getattr(error, "response", {})
        return f"{operation}: {answer.get('Error', {}).get('Code', 'unknown')}"
    text = str(error) if isinstance(error, (*MEANT, InputError)) else repr(error)
    plain = "".join(c if c.isprintable() else " " for c in _SECRET.sub("…", text))
    return plain if len(plain) <= LONGEST else f"{plain[:LONGEST]}…"
