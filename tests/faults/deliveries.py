"""Layer 2: messages that come twice, ten times, late, out of order, or after they were deleted."""

from collections.abc import Iterator

from tests.faults.run import run
from tests.faults.scenarios import SCENARIOS, TRAVELS, scenario_of
from tests.faults.schedule import Schedule


def deliveries(scenarios: tuple[str, ...] = tuple(SCENARIOS)) -> Iterator[Schedule]:
    """Yield each publication of each scenario with each way to travel, then all at once."""
    for name in scenarios:
        said = run(Schedule(name), scenario_of(name)).world.sns.said
        for how in TRAVELS:
            yield from (Schedule(f"{name}+{how}-{number}") for number in range(len(said)))
        for how in ("x2", "again24h", "twice-apart", "newest-first"):
            yield Schedule(f"{name}+{how}-all")
        for how in ("x2", "twice-apart"):
            yield Schedule(f"{name}+{how}-all", instances=2)
