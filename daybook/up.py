"""Keeps the local stack and its workers running, and says what happens on it."""

import asyncio
import json
import shlex
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rich.markup import escape

from daybook import console
from daybook.inputs import Inputs
from daybook.local.stack import LocalStack, local_stack
from daybook.observer import events
from daybook.seed import seed
from shared.topology import Topology


@dataclass(frozen=True)
class UpOptions:
    """How the stack is to behave."""

    topology: Topology
    restart_seconds: float
    as_json: bool


async def up(inputs: Inputs, options: UpOptions) -> None:
    """Run until cancelled."""
    with tempfile.TemporaryDirectory(prefix="daybook-up-") as name:
        async with local_stack(options.topology, Path(name)) as stack:
            await seed(inputs, stack.provisioned, options.topology)
            stack.workers.restart_seconds = options.restart_seconds
            await stack.workers.start()
            _introduce(stack, Path(name), as_json=options.as_json)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(stack.workers.supervise())
                tasks.create_task(_tell_events(stack, as_json=options.as_json))
                tasks.create_task(_tell_alarms(stack))
                tasks.create_task(_keep_mail(stack, Path(name)))


def access(stack: LocalStack, logs: Path) -> dict[str, object]:
    """Return everything another program needs to use the stack."""
    return {
        "environment": stack.endpoint.environment()
        | {"DAYBOOK_EVENTS_TOPIC": stack.provisioned.events_topic},
        "events_topic": stack.provisioned.events_topic,
        "alarms_topic": stack.provisioned.alarms_topic,
        "bucket": stack.provisioned.bucket,
        "queues": stack.provisioned.queues,
        "backfill_queues": stack.provisioned.backfill_queues,
        "dead_letter_queues": stack.provisioned.dead_letter_queues,
        "workers": {name: child.process.pid for name, child in stack.workers.children.items()},
        "logs": str(logs),
    }


def _introduce(stack: LocalStack, logs: Path, *, as_json: bool) -> None:
    known = access(stack, logs)
    if as_json:
        _write(json.dumps(known))
        return
    console.out.print("[bold]The local stack is up.[/bold] Use it from another terminal:\n")
    for name, value in {**stack.endpoint.environment()}.items():
        console.out.print(f"  export {name}={shlex.quote(value)}", soft_wrap=True, markup=False)
    topic = stack.provisioned.events_topic
    console.out.print(f"  export DAYBOOK_EVENTS_TOPIC={topic}", soft_wrap=True)
    console.out.print(f"\nWorker logs are in {logs}. Ctrl-C stops everything.\n", soft_wrap=True)
    for schedule in stack.topology.schedules:
        console.out.print(f"EventBridge rule {schedule.name}: {schedule.expression}")


async def _tell_events(stack: LocalStack, *, as_json: bool) -> None:
    async for event in events(stack.observer):
        if as_json:
            _write(event.to_json())
        else:
            console.out.print(
                f"{event.time:%H:%M:%S}  {event.type:<20} run {event.runid}", markup=False
            )


async def _tell_alarms(stack: LocalStack) -> None:
    told = 0
    while True:
        for alarm in stack.alarms.alarms[told:]:
            console.err.print(f"[bold red]alarm[/bold red] {escape(alarm)}", soft_wrap=True)
        told = len(stack.alarms.alarms)
        await asyncio.sleep(0.5)


async def _keep_mail(stack: LocalStack, folder: Path) -> None:
    """Write what SES sent to files, as the local stack's only mail client."""
    async for number, message in stack.mailbox.arrivals():
        file = folder / f"mail-{number:03d}.eml"
        await asyncio.to_thread(file.write_bytes, message)
        console.err.print(f"mail {file}", soft_wrap=True, markup=False)


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
