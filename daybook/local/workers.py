"""The workers as processes of their own, as in their containers."""

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path

from daybook.local.endpoint import Endpoint
from daybook.local.processes import Child, start
from daybook.local.provision import Provisioned
from shared.topology import Topology

RESTART_SECONDS = 1.0
"""A worker that died is started again after this long, as ECS would."""


def worker_environment(
    topology: Topology, endpoint: Endpoint, provisioned: Provisioned, config_key: str
) -> dict[str, dict[str, str]]:
    """Return each worker's environment: what Terraform sets in its task definition."""
    common = endpoint.environment() | {
        "DAYBOOK_POLL_SECONDS": "1",
        "DAYBOOK_STOP_GRACE": "5",
        "DAYBOOK_EVENTS_TOPIC": provisioned.events_topic,
        "DAYBOOK_ALARMS_TOPIC": provisioned.alarms_topic,
        "DAYBOOK_ARCHIVE_BUCKET": provisioned.bucket,
        "DAYBOOK_CONFIG": f"s3://{provisioned.bucket}/{config_key}",
    }
    own = {
        "catalog": {
            "DAYBOOK_DATABASE": topology.database,
            "DAYBOOK_ACCOUNT_ID": provisioned.account,
            "DAYBOOK_INGESTION_POLL_SECONDS": "0.2",
        },
        "auditor": {
            "DAYBOOK_DATABASE": topology.database,
            "DAYBOOK_ACCOUNT_ID": provisioned.account,
            "DAYBOOK_QUEUES": json.dumps(topology.every_queue),
        },
        "notifier": {"DAYBOOK_CONFIGURATION_SET": topology.mail_events.configuration_set},
    }
    return {
        name: common
        | {
            "DAYBOOK_QUEUE_URL": provisioned.queues[name],
            "DAYBOOK_VISIBILITY_TIMEOUT": str(worker.visibility_timeout),
        }
        | _backfills(provisioned, name)
        | own.get(name, {})
        for name, worker in topology.workers.items()
    }


def _backfills(provisioned: Provisioned, worker: str) -> dict[str, str]:
    queue = provisioned.backfill_queues.get(worker)
    return {"DAYBOOK_BACKFILL_QUEUE_URL": queue} if queue else {}


@dataclass
class Workers:
    """Starts, supervises and stops the worker processes."""

    environments: dict[str, dict[str, str]]
    logs: Path
    restart_seconds: float = RESTART_SECONDS
    children: dict[str, Child] = field(default_factory=dict)

    async def start(self) -> None:
        """Start all of them at once."""
        await asyncio.gather(*(self._start(name) for name in self.environments))

    async def supervise(self) -> None:
        """Start again whichever dies, until cancelled."""
        await asyncio.gather(*(self._keep(name) for name in self.environments))

    async def stop(self) -> None:
        """Stop all of them at once."""
        await asyncio.gather(*(child.stop() for child in self.children.values()))

    def dead(self) -> list[Child]:
        """Return the workers that do not run."""
        return [child for child in self.children.values() if not child.alive]

    async def _keep(self, name: str) -> None:
        while True:
            await self.children[name].process.wait()
            await asyncio.sleep(self.restart_seconds)
            await self._start(name)

    async def _start(self, name: str) -> None:
        self.children[name] = await start(
            name, ["-m", f"services.{name}"], self.environments[name], self.logs / f"{name}.log"
        )
