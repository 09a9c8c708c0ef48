"""One run of the daily flow on a local stack: from the tick to the digest, watched hop by hop."""

import asyncio
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from daybook.errors import RunFailed
from daybook.inputs import InputFiles, Inputs, check_inputs
from daybook.local.processes import Child
from daybook.local.stack import LocalStack, local_stack
from daybook.observer import Sighting, follow
from daybook.publish import tick_time
from daybook.results import (
    check_out,
    run_record,
    write_archive,
    write_digest,
    write_pages,
    write_record,
    written_whole,
)
from daybook.seed import seed
from shared.aws import clients
from shared.breakdown import amounts_of
from shared.config import load_config
from shared.days import Period
from shared.locations import breakdowns_prefix
from shared.money import add_amounts
from shared.parquet import from_parquet
from shared.topology import Topology, load_topology

MAIL_SECONDS = 30
Progress = Callable[[str, str, float], None]
"""Called with what happened, its detail, and seconds since the tick."""


@dataclass(frozen=True)
class RunOutcome:
    """What a run left, for the command to tell."""

    record: dict[str, Any]
    out: Path


async def run(
    files: InputFiles, day: date | None, out: Path, progress: Progress, *, limit: float
) -> RunOutcome:
    """Run the daily flow for `day` (UTC; the last complete one if None) and write `out`.

    Raises InputError for bad input, before anything starts, and RunFailed when a worker gives
    up or `limit` seconds pass.
    """
    check_out(out)
    inputs = await check_inputs(files, day)
    progress("checked", f"{inputs.control.lines:,} line items of {inputs.period}", 0)
    topology = load_topology()
    with tempfile.TemporaryDirectory(prefix="daybook-run-") as name:
        async with local_stack(topology, Path(name)) as stack:
            progress("started", f"embedded AWS on {stack.endpoint.url}", 0)
            await seed(inputs, stack.provisioned, topology)
            await stack.workers.start()
            await tick(topology, inputs.day)
            sightings = await _watched(stack, progress, limit)
            record = await _collect(stack, sightings, inputs, out)
    return RunOutcome(record, out)


async def tick(topology: Topology, day: date) -> None:
    """Have EventBridge say that `day` is over: the same event as the schedule's, on request."""
    moment = tick_time(day)
    request = topology.requests
    async with clients("events") as (events,):
        await events.put_events(
            Entries=[
                {
                    "Source": request.source,
                    "DetailType": request.detail_type,
                    "Detail": json.dumps({"time": moment.isoformat().replace("+00:00", "Z")}),
                }
            ]
        )


async def _collect(
    stack: LocalStack, sightings: list[Sighting], inputs: Inputs, out: Path
) -> dict[str, Any]:
    """Fetch what the run left on the stack, check it against the files and write `out`."""
    run_id = sightings[-1].event.runid
    header = f"X-Daybook-Run: {run_id}".encode()
    try:
        message = await stack.mailbox.find(header, within=MAIL_SECONDS)
    except TimeoutError:
        raise RunFailed("SES took the digest, but no mail came: look at the recipients") from None
    config = load_config(inputs.config_text, "daybook.yaml", inputs.given)
    currency = config.currency.model_dump(mode="json") if config.currency else None
    record = run_record(sightings, inputs.day, stack.alarms.alarms)
    record |= {
        "cost_metric": config.cost_metric,
        "currency": currency,
        "archive": f"s3://{stack.provisioned.bucket}/",
    }
    with written_whole(out) as folder:
        await write_archive(stack.provisioned.bucket, folder / "archive")
        _reconcile(folder / "archive", inputs)
        await write_digest(message, inputs.day, stack.provisioned.bucket, folder)
        await write_pages(inputs.day, stack.provisioned.bucket, folder)
        write_record(record, folder)
    return record


async def _watched(stack: LocalStack, progress: Progress, limit: float) -> list[Sighting]:
    """Follow the run to its digest, unless a worker gives up, dies or time runs out."""
    following = asyncio.create_task(_follow(stack, progress))
    failing = asyncio.create_task(_first_failure(stack))
    both = (following, failing)
    try:
        done, _ = await asyncio.wait(both, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
    finally:  # who is interrupted leaves nobody asking a stack that is being put away
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)
    if following in done:
        return following.result()
    if failing in done:
        raise RunFailed(failing.result())
    raise RunFailed(f"no digest within {limit:.0f} seconds; {_last_words(stack)}")


async def _follow(stack: LocalStack, progress: Progress) -> list[Sighting]:
    sightings = []
    async for sighting in follow(stack.observer, ends_with="digest-sent"):
        sightings.append(sighting)
        progress(sighting.event.type, describe(sighting), sighting.seconds)
    return sightings


async def _first_failure(stack: LocalStack) -> str:
    """Wait until a worker dies or a message reaches a dead-letter queue; say which and why."""
    while True:
        for child in stack.workers.dead():
            return f"the {child.name} worker ended: {_reason(child)}"
        for name in stack.alarms.in_alarm:
            return f"the {name} worker gave up: {_reason(stack.workers.children[name])}"
        await asyncio.sleep(0.2)


def _last_words(stack: LocalStack) -> str:
    return "; ".join(f"{c.name}: {_reason(c)}" for c in stack.workers.children.values())


def _reason(child: Child) -> str:
    """Return the last reason that a worker logged, or its last line."""
    lines = child.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    for line in reversed(lines):
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:
            return line
        if "reason" in entry:
            return str(entry["reason"])
    return lines[-1] if lines else "it said nothing"


def describe(sighting: Sighting) -> str:
    """Say in a few words what an event tells."""
    event = sighting.event
    match event.type:
        case "period-queried":
            return f"{event.data.period}: {event.data.rows:,} rows staged"
        case "period-archived":
            written = [day for day in event.data.days if day.outcome in ("new", "restated")]
            return f"{event.data.period}: {len(written)} of {len(event.data.days)} days written"
        case "period-assessed":
            return f"{event.data.period}: outlook of {len(event.data.outlooks)} day(s)"
        case "period-cataloged":
            refreshed = len(event.data.refreshes)
            return f"{event.data.partitions} partitions changed, {refreshed} data sets refreshed"
        case "digest-sent":
            return f"{event.data.day}: {event.data.message_id}"
        case _:
            return event.time.isoformat()


def _reconcile(archive: Path, inputs: Inputs) -> None:
    """Compare what was archived with what this command read from the files itself."""
    files = (archive / breakdowns_prefix(Period.of(inputs.day))).rglob("*.parquet")
    archived = add_amounts(
        part for file in files for part in amounts_of(from_parquet(file.read_bytes()))
    )
    if archived != inputs.control.totals:
        raise RunFailed(f"the archive's {archived} are not the export's {inputs.control.totals}")
