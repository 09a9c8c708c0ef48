"""A worker's vital signs: its breaker, its health file and its metrics, told as one."""

import structlog

from shared.breaker import Breaker
from shared.health import HealthFile
from shared.metrics import count
from shared.outcomes import Outcome

log = structlog.get_logger()


class Vitals:
    """What a worker knows of itself."""

    def __init__(self, health: HealthFile | None = None) -> None:
        """Keep the file to tell it in; none: nowhere."""
        self._health = health or HealthFile(None)
        self._breaker = Breaker()

    def pause(self) -> float:
        """Say that the worker is alive; return the seconds until it may receive a message."""
        self._health.write(well=not self._breaker.open, reason=self._breaker.reason)
        return self._breaker.pause()

    def note(self, message_id: str, outcome: Outcome) -> None:
        """Count an outcome, and tell when the breaker opens or closes by it."""
        was_open = self._breaker.open
        self._breaker.note(message_id, outcome)
        if outcome is Outcome.FAILED:
            count("Failed")
        if self._breaker.open != was_open:
            log.error("breaker", open=self._breaker.open, reason=self._breaker.reason)
            count("BreakerOpen", int(self._breaker.open))
