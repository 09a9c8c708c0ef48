"""Every kind of fault: is the call applied, and what does the caller see?"""

from dataclasses import dataclass

from shared.aws import config_for
from tests.faults.wire import Refused, Request

VISIBILITY = 120
SLOW = 3 * VISIBILITY
GRACE = 15
LONGEST_SEND = 9.9
"""Seconds; SES has ten to answer in."""


@dataclass(frozen=True)
class Kind:
    """`tell`: kill, timeout, reset, closed, refused, server, throttle, expired, garbled, …

    What is `late` is applied at the end of the seconds that it lasts, everything else before.
    """

    applied: bool
    tell: str = "ok"
    terminate: bool = False
    lasts: float = 0
    late: bool = False

    def seconds(self, service: str) -> float:
        """Return how long a call to the service takes; a time-out as long as the product waits."""
        if self.tell == "timeout":
            return float(config_for(service).read_timeout)
        return self.lasts


KINDS: dict[str, Kind] = {
    "kill_before": Kind(False, "kill"),
    "kill_after": Kind(True, "kill"),
    "lost_request": Kind(False, "timeout"),
    "lost_answer": Kind(True, "timeout"),
    "e500_before": Kind(False, "server"),
    "e500_after": Kind(True, "server"),
    "throttle": Kind(False, "throttle"),
    "expired": Kind(False, "expired"),
    "denied": Kind(False, "denied"),
    "slow": Kind(True, lasts=SLOW),
    "cut_off": Kind(True, lasts=SLOW),
    "sigterm": Kind(True, terminate=True),
    "sigterm_cut_before": Kind(False, "timeout", terminate=True),
    "sigterm_cut_after": Kind(True, "timeout", terminate=True),
    "reset": Kind(True, "reset"),
    "closed": Kind(True, "closed"),
    "no_route": Kind(False, "refused"),
    "garbled": Kind(True, "garbled"),
    "conflict": Kind(False, "conflict"),
    "outage": Kind(False, "server"),
    "drain": Kind(True, terminate=True, lasts=GRACE - 1),
    "tarry": Kind(True, terminate=True, lasts=LONGEST_SEND),
    "lag": Kind(True, lasts=6, late=True),
}
"""`outage` goes on: the same call fails until the process gives up its message. `cut_off` lasts as
`slow` does, and meanwhile no heartbeat comes through."""
CRASHES = ("kill_before", "kill_after")
PAIRED = ("kill_before", "kill_after", "lost_answer", "e500_before")
WITH_TWO = frozenset({"slow", "cut_off", "sigterm_cut_before", "sigterm_cut_after"})
"""Kinds that matter most when another instance takes the message over meanwhile."""
STOPS = ("drain", "tarry")
TOGETHER = frozenset({*STOPS, "lag"})
"""Kinds that matter together only: a stop whose grace ends during the next slow call."""
WITH_ONE = frozenset(KINDS) - {"sigterm_cut_before", "sigterm_cut_after"} - TOGETHER

THROTTLED = {
    "s3": Refused("SlowDown", 503),
    "ses": Refused("Throttling", 400),
    "sns": Refused("Throttled", 429),
    "sqs": Refused("ThrottlingException", 400),
}
DENIED = {
    "s3": Refused("AccessDenied", 403),
    "ses": Refused("MessageRejected", 400),
    "sns": Refused("AuthorizationError", 403),
}
"""What no waiting mends; in a schedule it is mended by the next time."""


def refusal(kind: Kind, request: Request) -> Refused | None:
    """Return the error that the service answers with, if the kind is one."""
    if kind.tell == "server":
        return Refused("InternalError", 500)
    if kind.tell == "throttle":
        return THROTTLED.get(request.service, Refused("ThrottlingException", 429))
    if kind.tell == "expired":
        return Refused("ExpiredToken", 403)
    if kind.tell == "denied":
        return DENIED.get(request.service, Refused("AccessDeniedException", 400))
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
