"""Layer 2: messages that come twice, ten times, late, out of order, or after they were deleted."""

from collections.abc import Iterator

from tests.faults.run import run
from tests.faults.scenarios import SCENARIOS, TRAVELS, scenario_of
from tests.faults.schedule import Schedule

WAYS = tuple(TRAVELS)


def deliveries(
    scenarios: tuple[str, ...] = tuple(SCENARIOS), *, in_turn: bool = False
) -> Iterator[Schedule]:
    """Yield each publication of each scenario with each way to travel, then all at once.

    `in_turn`: only the tick's publications travel every way, any other one way each.
    """
    for name in scenarios:
        said = run(Schedule(name), scenario_of(name)).world.sns.said
        for number in range(len(said)):
            ways = [WAYS[number % len(WAYS)]] if in_turn and name != "tick" else WAYS
            yield from (Schedule(f"{name}+{how}-{number}") for how in ways)
        for how in ("x2", "again24h", "twice-apart", "newest-first"):
            yield Schedule(f"{name}+{how}-all")
        for how in ("x2", "twice-apart"):
            yield Schedule(f"{name}+{how}-all", instances=2)
