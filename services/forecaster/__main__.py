"""Run the forecaster: `python -m services.forecaster`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.forecaster.assess import Rules
from services.forecaster.handler import AssessPeriod
from shared.service import World, main
from shared.settings import WorkerSettings


@asynccontextmanager
async def build(world: World, _settings: WorkerSettings) -> AsyncIterator[AssessPeriod]:
    """Put the worker together."""
    config = world.config
    rules = Rules(config.budgets, config.lights, config.planned)
    yield AssessPeriod(world.archive, config.cost_metric, rules)


if __name__ == "__main__":
    main("forecaster", WorkerSettings, build)
