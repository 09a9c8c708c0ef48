"""A worker's vital signs: breaker, health file, metrics and notes of failures, told as one."""

import structlog

from shared.breaker import Breaker
from shared.failures import Failures
from shared.health import HealthFile
from shared.metrics import count
from shared.outcomes import Outcome, Verdict
from shared.ports import Message

log = structlog.get_logger()


class Vitals:
    """What a worker knows of itself."""

    def __init__(self, health: HealthFile | None = None, failures: Failures | None = None) -> None:
        """Keep the file to tell it in, and where failures are noted; none: nowhere."""
        self._failures = failures
        self._health = health or HealthFile(None)
        self._breaker = Breaker()

    def pause(self) -> float:
        """Say that the worker is alive; return the seconds until it may receive a message."""
        self._health.write(self._breaker.reason)
        return self._breaker.pause()

    async def note(self, message: Message, verdict: Verdict) -> None:
        """Count an outcome, tell when the breaker opens or closes by it, and note a failure."""
        outcome, was_open = verdict.outcome, self._breaker.open
        self._breaker.note(message.id, outcome)
        if outcome is Outcome.FAILED:
            count("Failed")
        if self._breaker.open != was_open:
            log.error("breaker", open=self._breaker.open, reason=self._breaker.reason)
        if self._breaker.open or was_open:  # at each trial, too: the alarm must not end before
            count("BreakerOpen", int(self._breaker.open))
        if self._failures:
            await self._failures.note(message, verdict)
