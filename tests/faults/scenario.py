"""What a scenario is: its steps, and what must be true at its end."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from tests.faults.example import Delivery
from tests.faults.world import World

Step = Callable[[World], None]
DAILY = ("query", "archiver", "forecaster", "catalog", "notifier")
"""Who takes part in a day; the auditor does where it is asked."""


@dataclass(frozen=True)
class Expected:
    """What a scenario asks for: the delivery that must win, the days assessed, the digests."""

    newest: Delivery
    assessed: tuple[date, ...]
    digests: tuple[str, ...]
    """Claims without their recipients, such as `2026-11-02-daily`."""
    perhaps: tuple[str, ...] = ()
    """Such as need not be mailed when the digest was faster."""


@dataclass(frozen=True)
class Scenario:
    """What happens in a schedule besides its faults; each step is taken when all is quiet."""

    steps: tuple[Step, ...]
    expected: Expected
    prepare: Step = lambda _world: None
    roles: tuple[str, ...] = DAILY
    by_the_clock: bool = False
    """Whether a message that comes days later asks for something else than it did."""
    copies: int = 1
    """Times the usual calls that it may take to come to rest, since messages are copied."""
