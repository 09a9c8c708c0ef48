"""Every kind of fault: is the call applied, and what does the caller see?"""

from dataclasses import dataclass

from tests.faults.wire import Refused, Request

VISIBILITY = 120
SLOW = 3 * VISIBILITY
READ_TIMEOUT = 60
GRACE = 15
CUT = 4 * GRACE
"""Seconds a call hangs while its process is told to stop."""


@dataclass(frozen=True)
class Kind:
    """`tell`: kill, timeout, reset, closed, refused, server, throttle, expired, garbled, …"""

    applied: bool
    tell: str = "ok"
    terminate: bool = False
    lasts: float = 0


KINDS: dict[str, Kind] = {
    "kill_before": Kind(False, "kill"),
    "kill_after": Kind(True, "kill"),
    "lost_request": Kind(False, "timeout", lasts=READ_TIMEOUT),
    "lost_answer": Kind(True, "timeout", lasts=READ_TIMEOUT),
    "e500_before": Kind(False, "server"),
    "e500_after": Kind(True, "server"),
    "throttle": Kind(False, "throttle"),
    "expired": Kind(False, "expired"),
    "slow": Kind(True, lasts=SLOW),
    "sigterm": Kind(True, terminate=True),
    "sigterm_cut_before": Kind(False, "timeout", terminate=True, lasts=CUT),
    "sigterm_cut_after": Kind(True, "timeout", terminate=True, lasts=CUT),
    "reset": Kind(True, "reset"),
    "closed": Kind(True, "closed"),
    "no_route": Kind(False, "refused"),
    "garbled": Kind(True, "garbled"),
    "conflict": Kind(False, "conflict"),
    "outage": Kind(False, "server"),
    "drain": Kind(True, terminate=True, lasts=GRACE - 1),
    "lag": Kind(True, lasts=5),
}
"""`outage` goes on: the same call fails until the process gives up its message."""
CRASHES = ("kill_before", "kill_after")
PAIRED = ("kill_before", "kill_after", "lost_answer", "e500_before")
WITH_TWO = frozenset({"slow", "sigterm_cut_before", "sigterm_cut_after"})
"""Kinds that matter most when another instance takes the message over meanwhile."""
TOGETHER = frozenset({"drain", "lag"})
"""Kinds that matter together only: a stop whose grace ends during the next slow call."""
WITH_ONE = frozenset(KINDS) - {"sigterm_cut_before", "sigterm_cut_after"} - TOGETHER

THROTTLED = {
    "s3": Refused("SlowDown", 503),
    "ses": Refused("Throttling", 400),
    "sns": Refused("Throttled", 429),
    "sqs": Refused("ThrottlingException", 400),
}


def refusal(kind: Kind, request: Request) -> Refused | None:
    """Return the error that the service answers with, if the kind is one."""
    if kind.tell == "server":
        return Refused("InternalError", 500)
    if kind.tell == "throttle":
        return THROTTLED.get(request.service, Refused("ThrottlingException", 429))
    if kind.tell == "expired":
        return Refused("ExpiredToken", 403)
    if kind.tell == "conflict":
        return Refused("ConditionalRequestConflict", 409)
    return None


def fits(kind: str, service: str, operation: str, *, conditional: bool) -> bool:
    """Say whether a service can do this at all."""
    if kind == "conflict":
        return conditional and service == "s3" and operation == "PutObject"
    if kind == "garbled":
        return operation not in ("HeadObject", "GetObject", "PutObject")
    return True
