"""The errors a reader of Daybook's output can meet.

Exception
├── Retry            the work is right but too early: deliver the message again later
├── Telling          what is done is told, whatever becomes of the rest
│   ├── Wait         the work waits for the world outside: come back later, with all tries left
│   └── Partly       the rest of the work ended in an error: that one counts
├── Reject           the work can never succeed: leave the message to the dead-letter queue
├── Ignore           the message asks for nothing: it is done with
├── LeaseLost        somebody else may own the message now: stop without a further effect
├── Stopping         the worker was told to stop: what cannot be cut short is not begun
├── Conflict         another writer was faster: read again and decide again
├── MismatchError    two figures that must be equal are not: as Reject, and the alarm rings
└── InputError       a file given by a person is wrong: names file, place and remedy
"""

from collections.abc import Sequence
from typing import Any


class Retry(Exception):  # noqa: N818 - an instruction to the loop, not a fault
    """Deliver the message again after `after` seconds.

    Raised by handlers whose work is sound but cannot be done yet, such as a
    billing period whose export has not been delivered.
    """

    def __init__(self, reason: str, *, after: int) -> None:
        """Keep the reason for the log and the delay in seconds for the queue."""
        super().__init__(reason)
        self.after = after


class Telling(Exception):  # noqa: N818 - an instruction to the loop, not a fault
    """Tell `says`, as if the work were done, and then go by `meant`."""

    def __init__(self, reason: str, says: Sequence[Any], meant: Exception | None = None) -> None:
        """Without `meant` the error itself counts."""
        super().__init__(reason)
        self.says = says
        self.meant = meant or self


class Partly(Telling):
    """What could be done is done, and `says` tells of it; `trouble` ended the rest."""

    def __init__(self, trouble: Exception, *, says: Sequence[Any]) -> None:
        """Take the message as far as it went."""
        super().__init__(str(trouble), says, trouble)


class Wait(Telling):
    """Come back after `after` seconds as if for the first time, and tell `says` meanwhile.

    For what may take hours and is nobody's failure, such as an export that AWS has not delivered
    yet: a Retry would use up the message's receives, and the dead-letter queue would take it.
    """

    def __init__(self, reason: str, *, after: int, says: Sequence[Any] = ()) -> None:
        """Keep the reason for the log, the delay in seconds, and the events to tell."""
        super().__init__(reason, says)
        self.after = after


class Reject(Exception):  # noqa: N818 - an instruction to the loop, not a fault
    """The message can never be handled: its queue's redrive policy takes it."""


class NotAnswered(Exception):  # noqa: N818 - a state, not a fault
    """A service that says more about what is there anyway did not answer; the message says why."""


class Ignore(Exception):  # noqa: N818 - an instruction to the loop, not a fault
    """The message asks nothing of Daybook; the reason goes to the log."""


class LeaseLost(Exception):  # noqa: N818 - a state, named as the field names it
    """The visibility timeout could not be extended: the message may be somebody else's."""


class Stopping(Exception):  # noqa: N818 - a state, not a fault
    """The worker was told to stop before it began what must not be cut short: give it back."""


class Conflict(Exception):  # noqa: N818 - a state, named as HTTP names it
    """A conditional write lost against another writer (HTTP 412 or 409)."""


class MismatchError(Exception):
    """Two figures that must be equal to the last digit differ; nothing may be published.

    The same bytes give the same figures again, so the message goes the way of a Reject: the
    dead-letter queue takes it, whose alarm rings.
    """


class InputError(Exception):
    """A person's input is wrong. Says which file, where in it, what, and how to mend it."""

    def __init__(self, file: object, problem: str, remedy: str, *, where: str = "") -> None:
        """`where` is a line, a field or a column inside the file; empty for the whole file."""
        place = f"{file}, {where}" if where else str(file)
        super().__init__(f"{place}: {problem}. {remedy}")
