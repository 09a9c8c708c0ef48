"""A conformance case, and how its two observations relate."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from botocore.exceptions import ClientError

from tests.contract.conformance.aws import Aws

Seen = object
"""What a case observed, without anything that differs from run to run."""
Run = Callable[[Aws], Coroutine[Any, Any, Seen]]


class Refusal(NamedTuple):
    """An answer that is an error: the SDK's class, the service's code, the HTTP status."""

    error: str
    code: str
    status: int


@dataclass(frozen=True)
class Case:
    """Observes one behaviour and asserts nothing.

    `differs` names the side that is not like AWS; `aws` is then what AWS documents.
    """

    name: str
    observe: Run
    differs: Literal["emulator", "simulator"] | None = None
    aws: Seen = None

    def __str__(self) -> str:
        return self.name


def case(run: Run) -> Case:
    """Make a case that shows the same on both sides."""
    return Case(_name(run), run)


def emulator_differs(*, aws: Seen) -> Callable[[Run], Case]:
    """Make a case in which the simulator does what AWS documents and the emulator does not."""
    return lambda run: Case(_name(run), run, "emulator", aws)


def simulator_differs(*, aws: Seen) -> Callable[[Run], Case]:
    """Make a case in which the simulator leaves something out on purpose."""
    return lambda run: Case(_name(run), run, "simulator", aws)


async def told(call: Awaitable[dict[str, Any]], *fields: str) -> Seen:
    """Return the status and the named fields of an answer, or how the call was refused."""
    try:
        answer = await call
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return Refusal(type(error).__name__, error.response["Error"]["Code"], status)
    return answer["ResponseMetadata"]["HTTPStatusCode"], *(answer.get(name) for name in fields)


OK = (200,)
"""What `told` returns of a call that was taken."""


def _name(run: Run) -> str:
    service = run.__module__.rpartition(".")[2]
    return f"{service}.{run.__name__}"
