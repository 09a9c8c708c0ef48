"""Run the forecaster: `python -m services.forecaster`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.forecaster.assess import Rules
from services.forecaster.handler import AssessPeriod
from shared.currency import Display
from shared.service import World, main
from shared.settings import WorkerSettings


@asynccontextmanager
async def build(world: World, settings: WorkerSettings) -> AsyncIterator[AssessPeriod]:
    """Put the worker together."""
    config = world.config
    rules = Rules(config.budgets, config.lights, config.planned, config.anomalies)
    display = Display.of(config.currency, settings.config)
    yield AssessPeriod(world.archive, config.cost_metric, rules, display, config.aws_budgets)


if __name__ == "__main__":
    main("forecaster", WorkerSettings, build)
