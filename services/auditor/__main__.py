"""Run the auditor: `python -m services.auditor`."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from services.auditor.around import Around, Counter
from services.auditor.athena import AthenaCounter
from services.auditor.embedded import EmbeddedCounter
from services.auditor.glue import GlueCatalog
from services.auditor.handler import AuditArchive
from services.auditor.look import Look
from services.auditor.quicksight import SpiceIngestions
from services.auditor.s3 import ExportManifests
from services.auditor.settings import AuditorSettings
from services.auditor.sqs import SqsQueues
from shared.aws import clients
from shared.config import Config
from shared.currency import Display
from shared.locations import scan_prefix
from shared.ports import ObjectReader
from shared.service import World, main

COUNT = "audit"
"""Where below the scans' prefix Athena leaves the files of its count."""


@asynccontextmanager
async def build(world: World, settings: AuditorSettings) -> AsyncIterator[AuditArchive]:
    """Put the worker together."""
    config = world.config
    async with AsyncExitStack() as stack:
        opened = await stack.enter_async_context(clients("glue", "quicksight", "sqs"))
        glue, quicksight, sqs = opened
        around = Around(
            catalog=GlueCatalog(glue, settings.database),
            data_sets=SpiceIngestions(quicksight, settings.account_id),
            queues=SqsQueues(sqs, settings.queue_url),
            exported=ExportManifests.at(world.s3, config.source.location),
            counter=await counter_of(config, world.archive, settings.database, stack),
        )
        look = Look(
            world.archive,
            around,
            config.quicksight.every,
            [name for name in settings.queues if not settings.queue_url.endswith(f"/{name}")],
            Display.of(config.currency, settings.config),
            config.delivery_deadline,
            config.gaps,
        )
        yield AuditArchive(look, world.archive, world.bell)


async def counter_of(
    config: Config, store: ObjectReader, database: str, stack: AsyncExitStack
) -> Counter:
    """Choose who counts the table's rows: whoever scans the export."""
    if config.engine == "duckdb":
        return EmbeddedCounter(store)
    athena: Any
    (athena,) = await stack.enter_async_context(clients("athena"))
    results = f"s3://{store.bucket}/{scan_prefix(COUNT)}"
    return AthenaCounter(athena, config.athena.workgroup, database, results)


if __name__ == "__main__":
    main("auditor", AuditorSettings, build)
