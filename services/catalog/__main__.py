"""Run the catalog worker: `python -m services.catalog`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.catalog.access import Access, rules
from services.catalog.glue import GluePartitions
from services.catalog.handler import CatalogPeriod
from services.catalog.quicksight import SpiceRefresher
from services.catalog.settings import CatalogSettings
from shared.aws import clients
from shared.config import Config
from shared.service import World, main


@asynccontextmanager
async def build(world: World, settings: CatalogSettings) -> AsyncIterator[CatalogPeriod]:
    """Put the worker together."""
    async with clients("glue", "quicksight") as (glue, quicksight):
        yield CatalogPeriod(
            GluePartitions(glue, settings.database),
            SpiceRefresher(quicksight, settings.account_id, settings.ingestion_poll_seconds),
            world.config.quicksight.datasets,
            world.archive,
            world.bell,
            access_of(world.config),
        )


def access_of(config: Config) -> Access | None:
    """Return who sees what in QuickSight; None where no data set of rules is named."""
    dataset = config.quicksight.rules
    return Access(dataset, rules(config.roster, config.executives)) if dataset else None


if __name__ == "__main__":
    main("catalog", CatalogSettings, build)
