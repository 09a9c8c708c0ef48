"""Worker processes that can be killed: a dead one makes no further effect."""

import asyncio
import itertools
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field


class Kill(BaseException):
    """The process died. Passes through every `except Exception` of SDK and product."""


@dataclass(eq=False)
class Process:
    """One running worker; `name` is its role and instance, such as `archiver.0`."""

    role: str
    name: str
    dead: bool = False
    parked: bool = False
    stopping: bool = False
    signals: list[Callable[[], None]] = field(default_factory=list)
    told_at: float | None = None
    gone: asyncio.Future[None] | None = None
    lost: bool = False
    """Whether SQS has refused to extend the lease of the message it received last."""

    def terminate(self) -> None:
        """Deliver SIGTERM; who has not said yet what to do about it dies of it."""
        if self.told_at is None:
            self.told_at = asyncio.get_running_loop().time()
        self.stopping = True
        self.dead = self.dead or not self.signals
        for stop in self.signals[:1]:
            stop()


def last_resort() -> Callable[[], None]:
    """Stand in for the product's: the process of this moment is gone, whatever it still awaits."""
    process = CURRENT.get()

    def leave() -> None:
        process.dead = True
        if process.gone and not process.gone.done():
            process.gone.set_result(None)

    return leave


CURRENT: ContextVar[Process] = ContextVar("process")
OPERATOR = Process("operator", "operator")
"""Who puts the example world in place and looks at it afterwards."""


def numbered(prefix: str) -> Callable[[], str]:
    """Return a source of names that are the same in every run."""
    count = itertools.count(1)
    return lambda: f"{prefix}-{next(count):06d}"
