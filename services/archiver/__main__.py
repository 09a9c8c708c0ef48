"""Run the archiver: `python -m services.archiver`."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from services.archiver.compare import CompareCosts
from services.archiver.cost_explorer import CostExplorer
from services.archiver.handler import ArchivePeriod
from services.archiver.invoicing import Invoicing
from shared.aws import clients
from shared.service import World, main
from shared.settings import WorkerSettings


@asynccontextmanager
async def build(world: World, _settings: WorkerSettings) -> AsyncIterator[ArchivePeriod]:
    """Put the worker together."""
    async with AsyncExitStack() as stack:
        compare = await _compare(world, stack)
        yield ArchivePeriod(world.archive, world.config.cost_metric, compare)


async def _compare(world: World, stack: AsyncExitStack) -> CompareCosts | None:
    """Return what compares with AWS; None where the configuration asks for nothing."""
    wanted = world.config.compare
    if not (wanted.cost_explorer or wanted.invoices):
        return None
    ce, invoicing = await stack.enter_async_context(clients("ce", "invoicing"))
    return CompareCosts(
        world.archive,
        CostExplorer(ce) if wanted.cost_explorer else None,
        Invoicing(invoicing) if wanted.invoices else None,
        world.config.cost_metric,
        wanted.most_requests,
    )


if __name__ == "__main__":
    main("archiver", WorkerSettings, build)
