"""The local stack, from the mail box to the workers, as one context."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from daybook.bucket import CONFIG_KEY
from daybook.local.alarms import AlarmWatch
from daybook.local.embedded_aws import embedded_aws
from daybook.local.endpoint import Endpoint
from daybook.local.mail import Mailbox, mailbox
from daybook.local.provision import Provisioned, listen, provision
from daybook.local.workers import Workers, worker_environment
from shared.topology import Topology


@dataclass(frozen=True)
class LocalStack:
    """A running local stack, without workers until they are started."""

    topology: Topology
    endpoint: Endpoint
    provisioned: Provisioned
    mailbox: Mailbox
    alarms: AlarmWatch
    observer: str
    workers: Workers


@asynccontextmanager
async def local_stack(topology: Topology, logs: Path) -> AsyncIterator[LocalStack]:
    """Start the embedded AWS and apply the topology; everything is gone when the context ends."""
    async with mailbox() as (box, smtp_port), embedded_aws(logs, smtp_port) as endpoint:
        endpoint.take_over()
        provisioned = await provision(topology, endpoint.account)
        inbox = await listen("daybook-alarm-mail", provisioned.alarms_topic)
        observer = await listen("daybook-observer", provisioned.events_topic)
        alarms = AlarmWatch(provisioned.dead_letter_queues, inbox)
        watch = asyncio.create_task(alarms.run())
        workers = Workers(worker_environment(topology, endpoint, provisioned, CONFIG_KEY), logs)
        try:
            yield LocalStack(topology, endpoint, provisioned, box, alarms, observer, workers)
        finally:
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch
            await workers.stop()
