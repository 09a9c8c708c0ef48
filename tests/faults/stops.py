"""Layer: a stop comes while the notifier waits for one call, and a later one takes its time.

Whatever happens within the seconds that a stopping worker has left, nobody may be asked about a
digest whose fate its sender could know.
"""

from collections.abc import Iterator

from tests.faults.kinds import STOPS
from tests.faults.schedule import Fault, Schedule
from tests.faults.singles import calls_of

SEND, RECORD = "ses:SendRawEmail", "s3:PutObject ledger/digests"


def stops(
    kinds: tuple[str, ...] = STOPS, later: tuple[str, ...] = (SEND, RECORD)
) -> Iterator[Schedule]:
    """Yield a stop at each call up to the send, and at the send itself.

    A call with an effect takes no longer than SES may: claim and record together have to end
    within the grace, which S3 alone could use up.
    """
    for number, call in enumerate(calls_of("tick")):
        if not call.by.startswith("notifier"):
            continue
        if call.service == "ses":
            break
        for kind in kinds:
            if kind == "tarry" or not call.effect:
                yield from (_stopped((number, kind), where) for where in later)
    yield _stopped((SEND, "tarry"), RECORD)


def _stopped(first: Fault, where: str) -> Schedule:
    return Schedule(plan=(first, (where, "lag")))
