"""What a conformance case is given: one side's clients, and how that side is arranged."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

SERVICES = ("s3", "sqs", "sns", "ses", "glue", "quicksight", "athena")
PAUSE = 0.05


class Letter(NamedTuple):
    """A message on a dead-letter queue."""

    id: str
    body: str


class Wiring(NamedTuple):
    """The events topic, and the queues that hear it, by worker; `x-backfill` is its second."""

    topic: str
    queues: dict[str, str]


class Aws(ABC):
    """One side: clients of `shared.aws.clients`, and an account for the cases to arrange."""

    def __init__(self, opened: tuple[Any, ...], account: str) -> None:
        """`opened` are the clients of `SERVICES`."""
        self.s3, self.sqs, self.sns, self.ses, self.glue, self.quicksight, self.athena = opened
        self.account = account

    @abstractmethod
    def now(self) -> datetime:
        """Return the side's wall clock, in UTC."""

    @abstractmethod
    def bucket(self) -> str:
        """Make a bucket and return its name."""

    @abstractmethod
    def queue(self, *, visibility: int = 30, max_receives: int = 5) -> str:
        """Make a queue with a dead-letter queue and return its URL."""

    @abstractmethod
    def send(self, queue: str, body: str) -> None:
        """Put a message on a queue."""

    @abstractmethod
    def visible(self, queue: str) -> int:
        """Count the messages that could be received now."""

    @abstractmethod
    def dead_letters(self, queue: str) -> list[Letter]:
        """Return what the queue's dead-letter queue holds."""

    @abstractmethod
    async def wiring(self) -> Wiring:
        """Apply the topology: the events topic, the workers' queues and their subscriptions."""

    @abstractmethod
    def alarm_topic(self) -> str:
        """Make the topic that alarms people and return its ARN."""

    @abstractmethod
    def alarms(self) -> list[tuple[str | None, str]]:
        """Return subject and text of what was said on the alarm topic."""

    @abstractmethod
    def sender(self) -> str:
        """Return an address that may send mail."""

    @abstractmethod
    def posted(self, header: bytes) -> bytes:
        """Return the mail that has this header line, as it left."""

    @abstractmethod
    def table(self, storage: dict[str, Any]) -> dict[str, str]:
        """Make a table partitioned by year, month and day; return what names it in a call."""

    @abstractmethod
    def fill_athena(self) -> None:
        """Have other people's queries use up all the room, where that can be."""

    @abstractmethod
    def data_set(self, *, failing: str = "") -> str:
        """Make a data set and return its id; the ingestion named `failing` will end FAILED."""


async def until(look: Callable[[], object], *, within: float = 10) -> None:
    """Wait on the running loop's own clock: virtual in the simulator, real on the emulator."""
    async with asyncio.timeout(within):
        while not look():  # noqa: ASYNC110 - it is in a process that knows no event of ours
            await asyncio.sleep(PAUSE)
