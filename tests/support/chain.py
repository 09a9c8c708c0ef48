"""The workers in this process, wired as their own processes wire themselves."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest

from daybook.local.endpoint import Endpoint
from daybook.local.provision import Provisioned
from daybook.local.workers import worker_environment
from services.archiver import __main__ as archiver
from services.auditor import __main__ as auditor
from services.auditor.settings import AuditorSettings
from services.catalog import __main__ as catalog
from services.catalog.settings import CatalogSettings
from services.forecaster import __main__ as forecaster
from services.notifier import __main__ as notifier
from services.notifier.settings import NotifierSettings
from services.query import __main__ as query
from services.query.settings import QuerySettings
from shared.aws import clients
from shared.days import Period
from shared.events import ArchivedDay, AssessedData, PeriodAssessed
from shared.s3 import S3Store
from shared.service import World, inbox_of, read_config
from shared.settings import WorkerSettings
from shared.sns import SnsAlarmBell, SnsOutbox
from shared.topology import Topology
from shared.worker import Worker

BUILDS: dict[str, tuple[type[WorkerSettings], Callable[[World, Any], Any]]] = {
    "query": (QuerySettings, query.build),
    "archiver": (WorkerSettings, archiver.build),
    "forecaster": (WorkerSettings, forecaster.build),
    "catalog": (CatalogSettings, catalog.build),
    "notifier": (NotifierSettings, notifier.build),
    "auditor": (AuditorSettings, auditor.build),
}


@dataclass(frozen=True)
class Place:
    """Where the workers work."""

    topology: Topology
    endpoint: Endpoint
    provisioned: Provisioned
    config_key: str

    def settings(self) -> Iterator[tuple[str, WorkerSettings]]:
        """Read each worker's settings from the environment that its process would have."""
        environments = worker_environment(
            self.topology, self.endpoint, self.provisioned, self.config_key
        )
        for name, environment in environments.items():
            with _environment(environment):
                yield name, BUILDS[name][0]()


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in values.items():
            patch.setenv(name, value)
        yield


@asynccontextmanager
async def working(place: Place) -> AsyncIterator[None]:
    """Run all worker loops; when the context ends each finishes what it has in hand."""
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        workers = [await _worker(stack, *known) for known in place.settings()]
        for worker in workers:
            tasks.create_task(worker.run())
        try:
            yield
        finally:
            for worker in workers:
                worker.stop()


async def _worker(stack: AsyncExitStack, name: str, settings: WorkerSettings) -> Worker:
    s3, sqs, sns = await stack.enter_async_context(clients("s3", "sqs", "sns"))
    world = World(
        await read_config(s3, settings.config),
        S3Store(s3, settings.archive_bucket),
        SnsAlarmBell(sns, settings.alarms_topic),
        s3,
    )
    handler = await stack.enter_async_context(BUILDS[name][1](world, settings))
    return Worker(
        inbox_of(sqs, settings),
        SnsOutbox(sns, settings.events_topic),
        handler,
        visibility=settings.visibility_timeout,
    )


def assessed() -> PeriodAssessed:
    """Return what the forecaster says of a run that changed one day."""
    day = date(2026, 6, 17)
    return PeriodAssessed(
        id="assessed",
        source="daybook.forecaster",
        time=datetime(2026, 6, 18, 7, tzinfo=UTC),
        runid="run",
        data=AssessedData(
            period=Period.of(day),
            first_day=day,
            day=day,
            notify=True,
            source_version="version",
            rows=1,
            totals=(),
            bucket="finops-daily-summaries",
            days=(ArchivedDay(day=day, outcome="new", sha256="0" * 64, rows=1),),
            outlooks=(),
        ),
    )
