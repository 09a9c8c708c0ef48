"""Layer 1: every call of a scenario meets every kind of fault."""

from collections.abc import Collection, Iterator

from tests.faults.kinds import KINDS, WITH_ONE, WITH_TWO, fits
from tests.faults.run import run
from tests.faults.scenarios import scenario_of
from tests.faults.schedule import Schedule
from tests.faults.world import Call


def calls_of(scenario: str, *, instances: int = 1, seed: int = 0) -> list[Call]:
    """Return the calls of the scenario without any fault."""
    calm = run(Schedule(scenario, (), seed, instances), scenario_of(scenario))
    if calm.violations:
        raise AssertionError(f"{scenario} without faults: {calm.violations}")
    return calm.world.log


def single_faults(
    scenario: str,
    kinds: Collection[str] = tuple(KINDS),
    *,
    seed: int = 0,
    beyond: str = "",
    by: str = "",
    in_turn: bool = False,
) -> Iterator[Schedule]:
    """Yield one schedule per call and kind; some kinds with a second instance of each worker.

    `beyond` names a scenario that begins with the same calls: those are its own affair. `by` names
    the worker whose calls meet faults; the others' are those of another scenario. `in_turn`: a call
    with an effect meets every kind, any other one of them, in turn. A read changes nothing, so it
    matters little how it fails.
    """
    for instances, fitting in ((1, WITH_ONE), (2, WITH_TWO)):
        chosen = [kind for kind in kinds if kind in fitting]
        for number, call in _calls_beyond(scenario, beyond, instances, seed) if chosen else ():
            meets = chosen if call.effect or not in_turn else [chosen[number % len(chosen)]]
            for kind in meets if call.by.startswith(by) else ():
                if fits(kind, call.service, call.operation, conditional=call.conditional):
                    yield Schedule(scenario, ((number, kind),), seed, instances)


def _calls_beyond(
    scenario: str, beyond: str, instances: int, seed: int
) -> Iterator[tuple[int, Call]]:
    calls = list(enumerate(calls_of(scenario, instances=instances, seed=seed)))
    known = calls_of(beyond, instances=instances, seed=seed) if beyond else []
    for place, (before, (_, call)) in enumerate(zip(known, calls, strict=False)):
        if before != call:
            yield from calls[place:]
            return
    yield from calls[len(known) :]
