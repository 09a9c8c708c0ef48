"""Invariant: nobody is asked about a digest whose fate its sender could know."""

from collections.abc import Iterator

from tests.faults.kinds import STOPS
from tests.faults.said import DOUBT
from tests.faults.world import World

TELLING = frozenset(
    {"calm", "throttle", "expired", "conflict", "no_route", "sigterm", *STOPS, "lag"}
)
"""Kinds of fault after which the caller knows what became of its call."""


def needless(world: World) -> Iterator[str]:
    """Say which doubt rang though the notifier met only with faults that tell the truth.

    In a world that took over an older state the cause may lie before it: nothing is said there.
    """
    struck = [(world.log[number].by, kind) for number, kind in world.struck.items()]
    hidden = any(by.startswith("notifier") and kind not in TELLING for by, kind in struck)
    if world.inherited or hidden:
        return
    for alarm in world.alarms:
        if DOUBT in alarm.subject:
            yield f"a doubt that nobody need have had: {alarm.text}"
