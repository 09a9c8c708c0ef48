"""What each outcome of handling a message does to the message: the one table.

A message that is not deleted comes back when its visibility runs out; after `maxReceiveCount`
receives the queue's own redrive policy moves it to the dead-letter queue. Nothing here ever
deletes what was not done.
"""

import logging
import random
from dataclasses import dataclass
from enum import Enum
from typing import Self

from shared.errors import Ignore, LeaseLost, MismatchError, Reject, Retry, Stopping, Wait


class Delay(Enum):
    """When a message that stays is visible again."""

    NONE = "at once"
    ASKED = "after the delay that the handler asked for"
    BACKOFF = "after a delay that grows with the receive count"
    COPY = "as a copy without receives, after the delay that the handler asked for"
    LEFT = "when its present lease runs out"


class Outcome(Enum):
    """How an attempt ended: (deleted, visible again, log level)."""

    DONE = (True, Delay.LEFT, logging.INFO)
    RETRY = (False, Delay.ASKED, logging.INFO)
    WAITING = (False, Delay.COPY, logging.INFO)
    REJECTED = (False, Delay.NONE, logging.ERROR)
    FAILED = (False, Delay.BACKOFF, logging.ERROR)
    STOPPED = (False, Delay.NONE, logging.WARNING)
    LEASE_LOST = (False, Delay.LEFT, logging.WARNING)

    def __init__(self, deletes: bool, delay: Delay, level: int) -> None:
        """Unpack the row."""
        self.deletes = deletes
        self.delay = delay
        self.level = level


MEANT: dict[type[Exception], Outcome] = {
    Ignore: Outcome.DONE,
    Retry: Outcome.RETRY,
    Wait: Outcome.WAITING,
    Reject: Outcome.REJECTED,
    MismatchError: Outcome.REJECTED,
    LeaseLost: Outcome.LEASE_LOST,
    Stopping: Outcome.STOPPED,
}
"""What a handler says by raising; any other error is a failure."""


@dataclass(frozen=True)
class Verdict:
    """The outcome of one attempt, with the error that led to it."""

    outcome: Outcome
    error: BaseException | None = None
    after: int = 0

    @classmethod
    def of(cls, error: Exception) -> Self:
        """Return what a handler means by raising `error`, or any kind of what MEANT lists."""
        meant = (outcome for kind, outcome in MEANT.items() if isinstance(error, kind))
        return cls(next(meant, Outcome.FAILED), error, getattr(error, "after", 0))

    def delay(self, receives: int) -> int:
        """Return the seconds until the message, received so often, is to be visible again."""
        if self.outcome.delay is Delay.BACKOFF:
            return backoff(receives)
        return self.after if self.outcome.delay in (Delay.ASKED, Delay.COPY) else 0


def backoff(receives: int, *, cap: int = 60) -> int:
    """Return seconds to wait before try `receives + 1`: full jitter under 2^n, at most `cap`.

    Source: AWS Builders' Library, "Timeouts, retries, and backoff with jitter".
    """
    return random.randint(0, min(cap, 2**receives))  # noqa: S311 - jitter, not a secret
