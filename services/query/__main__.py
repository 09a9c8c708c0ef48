"""Run the query worker: `python -m services.query`."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from services.query.embedded_engine import EmbeddedEngine
from services.query.export import Export
from services.query.handler import QueryPeriods
from services.query.layouts import LAYOUTS
from services.query.organization import Placement, parse_organization
from services.query.s3 import S3ExportStore
from services.query.sources import SOURCES
from shared.errors import InputError
from shared.locations import split_uri
from shared.s3 import S3Store
from shared.service import World, main
from shared.settings import WorkerSettings


@asynccontextmanager
async def build(world: World, _settings: WorkerSettings) -> AsyncIterator[QueryPeriods]:
    """Put the worker together."""
    source = world.config.source
    kind = SOURCES[source.format]
    export = Export(S3ExportStore(world.s3, source.location), LAYOUTS[kind.layout])
    engine = EmbeddedEngine(export, kind, world.archive, world.config.cost_metric)
    yield QueryPeriods(export, engine, _organization(world), world.archive)


def _organization(world: World) -> Callable[[], Awaitable[list[Placement]]]:
    """Read the table anew for every run: accounts move while the worker lives."""
    location = world.config.organization.location

    async def read() -> list[Placement]:
        bucket, key = split_uri(location)
        found = await S3Store(world.s3, bucket).get(key)
        if found is None:
            raise InputError(location, "is not there", "Put the organization CSV there")
        return parse_organization(found.body, location)

    return read


if __name__ == "__main__":
    main("query", WorkerSettings, build)
