"""Run the archiver: `python -m services.archiver`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.archiver.handler import ArchivePeriod
from shared.service import World, main
from shared.settings import WorkerSettings


@asynccontextmanager
async def build(world: World, _settings: WorkerSettings) -> AsyncIterator[ArchivePeriod]:
    """Put the worker together."""
    yield ArchivePeriod(world.archive, world.config.cost_metric)


if __name__ == "__main__":
    main("archiver", WorkerSettings, build)
