"""Layer 2: messages that come twice, ten times, late, out of order, or after they were deleted."""

from collections.abc import Iterator

from tests.faults.run import run
from tests.faults.scenarios import HOUR, SCENARIOS, TRAVELS, scenario_of
from tests.faults.schedule import Schedule

ALL_AT_ONCE = ("x2", "again24h", "twice-apart")


def deliveries(
    scenarios: tuple[str, ...] = tuple(SCENARIOS), *, in_turn: bool = False
) -> Iterator[Schedule]:
    """Yield each publication of each scenario with each way to travel, then all at once.

    `in_turn`: only the tick's publications travel every way, any other one way each. An audit that
    is heard of a day later is another audit, which misses the days since.
    """
    for name in scenarios:
        scenario = scenario_of(name)
        said = run(Schedule(name), scenario).world.sns.said
        known = [how for how in TRAVELS if not (scenario.by_the_clock and max(TRAVELS[how]) > HOUR)]
        for number in range(len(said)):
            ways = [known[number % len(known)]] if in_turn and name != "tick" else known
            yield from (Schedule(f"{name}+{how}-{number}") for how in ways)
        for how in ("newest-first", *(how for how in ALL_AT_ONCE if how in known)):
            yield Schedule(f"{name}+{how}-all")
        for how in ("x2", "twice-apart"):
            yield Schedule(f"{name}+{how}-all", instances=2)
