"""Stops a worker that fails at everything from emptying its queue into the dead-letter queue.

A poison message is its own fault and does not count. But when several different messages in a
row fail for reasons nobody foresaw, the fault is here: a bad deploy, a lost permission. Then
receiving pauses, and one message at a time is tried until one succeeds.
"""

import asyncio

from shared.outcomes import Outcome

LIMIT = 5
COOL_DOWN = 60.0
"""Seconds between two trials while the breaker is open."""


class Breaker:
    """Counts consecutive failures of different messages."""

    def __init__(self, limit: int = LIMIT, cool_down: float = COOL_DOWN) -> None:
        """Open after `limit` messages in a row have failed."""
        self._limit = limit
        self._cool_down = cool_down
        self._failed: set[str] = set()
        self._tried_at = 0.0

    @property
    def open(self) -> bool:
        """Whether receiving is paused, but for trials."""
        return len(self._failed) >= self._limit

    @property
    def reason(self) -> str:
        """Why receiving is paused; empty when it is not."""
        return f"{len(self._failed)} different messages failed in a row" if self.open else ""

    def note(self, message_id: str, outcome: Outcome) -> None:
        """Take an attempt's outcome into account; only what was done closes the breaker.

        Any other outcome was a trial that showed nothing: the next one waits as long.
        """
        if outcome is Outcome.DONE:
            self._failed.clear()
        if outcome is Outcome.FAILED:
            self._failed.add(message_id)
        if self.open:
            self._tried_at = asyncio.get_running_loop().time()

    def pause(self) -> float:
        """Return the seconds to wait before the next message may be received."""
        if not self.open:
            return 0.0
        waited = asyncio.get_running_loop().time() - self._tried_at
        return max(0.0, self._cool_down - waited)
