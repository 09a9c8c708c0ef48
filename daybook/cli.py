"""The `daybook` command."""

import asyncio
import json
import signal
import sys
import tempfile
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from daybook import console
from daybook.adopt_commands import add_adopt_commands
from daybook.audit_commands import add_audit_commands
from daybook.digest import resolve
from daybook.doctor_commands import add_doctor_commands
from daybook.emulator_commands import add_emulator_commands
from daybook.example import write_example
from daybook.inputs import InputFiles, check_inputs
from daybook.operate.commands import add_commands
from daybook.publish import operators_event, publish
from daybook.report_commands import add_report_commands
from daybook.run import RunFailed, RunOutcome, run, tick_time
from daybook.seed import given_sections
from daybook.up import UpOptions, up
from shared.errors import InputError, Retry
from shared.events import BackfillData, BackfillRequested, DayReady, Event
from shared.topology import load_topology

app = typer.Typer(
    help="Daily cost per Organizational Unit, archived, cataloged and mailed.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
)
INTERRUPTED = 130
Day = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="Billing day, UTC. Default: the last complete one."),
]
Source = Annotated[
    Path,
    typer.Option(
        help="The export's folder with its manifests: data/ and metadata/, or yyyymmdd-yyyymmdd/ "
        "of a legacy CUR. Without a manifest: a file, or a folder of legacy or FOCUS files."
    ),
]
Format = Annotated[
    str,
    typer.Option(
        "--format", help="cur2 (CUR 2.0), legacy (Cost and Usage Report) or focus (1.0, 1.2)."
    ),
]
OrganizationFile = Annotated[
    Path,
    typer.Option(
        help="CSV: account_id,account_name,ou_path,valid_from,valid_to,status (dated ranges)."
    ),
]
ConfigFile = Annotated[Path | None, typer.Option(help="daybook.yaml: budgets, recipients, metric.")]
Out = Annotated[Path, typer.Option(help="Folder for the results; replaced as a whole.")]
OptionalSource = Annotated[
    Path | None, typer.Option(help="As in `daybook run`; needs --organization too.")
]
OptionalFile = Annotated[Path | None, typer.Option(help="The organization CSV.")]
RequiredDay = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Billing day, UTC.")]
DryRun = Annotated[bool, typer.Option(help="Print the event only.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print run.json on standard output.")]
Limit = Annotated[float, typer.Option(help="Seconds until a run without a digest has failed.")]


def main() -> None:
    """Run the command; bad input, or what is not there yet, ends with 2, a failed run with 1."""
    try:
        app()
    except InputError as error:
        console.fail(str(error), 2)
    except Retry as error:
        console.fail(f"{error}. Say it again in {error.after} s", 2)
    except PermissionError as error:
        console.fail(f"{error.filename}: {error.strerror}. Give this user access to it", 2)
    except RunFailed as error:
        console.fail(str(error), 1)
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit(INTERRUPTED)


@app.command("run", epilog="Example: daybook run --source export --organization org.csv --out out")
def run_command(
    *,
    source: Source,
    organization: OrganizationFile,
    out: Out,
    source_format: Format = "cur2",
    config: ConfigFile = None,
    day: Day = None,
    as_json: AsJson = False,
    limit: Limit = 600,
) -> None:
    """Run the whole daily flow on an export folder, on a local stack, and leave the results."""
    files = _input_files(source, source_format, organization, config)
    _finish(_run(files, day, out, limit), as_json=as_json)


@app.command(epilog="Example: daybook demo --out out")
def demo(out: Out = Path("out"), as_json: AsJson = False, limit: Limit = 600) -> None:
    """Run the daily flow on the example export."""
    with tempfile.TemporaryDirectory(prefix="daybook-example-") as folder:
        example = write_example(Path(folder))
        files = _input_files(example.source, "cur2", example.organization, example.config)
        _finish(_run(files, None, out, limit), as_json=as_json)


@app.command(epilog="Example: daybook example my-example --last-day 2026-06-18")
def example(
    folder: Annotated[Path, typer.Argument(help="Where to write it.")],
    last_day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Newest, incomplete day (UTC).")
    ] = None,
    days: Annotated[int, typer.Option(min=2, help="Least number of days.")] = 75,
) -> None:
    """Write the example export, its organization file and its daybook.yaml."""
    options = {"last_day": last_day.date()} if last_day else {}
    written = write_example(folder, days=days, **options)
    for path in (written.source, written.organization, written.config):
        console.out.print(str(path), soft_wrap=True, markup=False)


@app.command("up", epilog="Example: daybook up --schedule 'rate(1 minute)'")
def up_command(
    *,
    source: OptionalSource = None,
    organization: OptionalFile = None,
    source_format: Format = "cur2",
    config: ConfigFile = None,
    schedule: Annotated[str, typer.Option(help="EventBridge expression of the tick.")] = "",
    visibility: Annotated[int, typer.Option(help="Visibility timeout in seconds; 0: as is.")] = 0,
    restart_after: Annotated[float, typer.Option(help="Seconds a dead worker stays dead.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Access and events as JSON.")] = False,
) -> None:
    """Keep the local stack and the workers running until Ctrl-C; by default on the example."""
    if (source is None) != (organization is None) or (config and not source):
        raise InputError("daybook up", "needs --source and --organization", "Give both, or neither")
    topology = load_topology()
    topology = topology.with_schedule(schedule) if schedule else topology
    topology = topology.with_visibility(visibility) if visibility else topology
    with tempfile.TemporaryDirectory(prefix="daybook-example-") as folder:
        if source and organization:
            files = _input_files(source, source_format, organization, config)
        else:
            made = write_example(Path(folder), last_day=datetime.now(UTC).date())
            files = _input_files(made.source, "cur2", made.organization, made.config)
        interruptible(_up(files, UpOptions(topology, restart_after, as_json)))


async def _up(files: InputFiles, options: UpOptions) -> None:
    await up(await check_inputs(files, None), options)


publish_app = typer.Typer(help="Publish an event to the events topic.", no_args_is_help=True)
app.add_typer(publish_app, name="publish")


@publish_app.command("day-ready", epilog="Example: daybook publish day-ready")
def publish_day_ready(
    day: Day = None,
    dry_run: DryRun = False,
) -> None:
    """Tick for a day (UTC); without --day, for yesterday."""
    moment = tick_time(day.replace(tzinfo=UTC).date()) if day else datetime.now(UTC)
    _publish(operators_event(DayReady, time=moment), dry_run=dry_run)


@publish_app.command(
    "backfill-requested",
    epilog="Example: daybook publish backfill-requested --first-day 2026-06-01 "
    "--last-day 2026-06-03 --reason 'export was late' --requested-by finops",
)
def publish_backfill(
    *,
    first_day: RequiredDay,
    last_day: RequiredDay,
    reason: Annotated[str, typer.Option(help="Why; part of the event.")],
    requested_by: Annotated[str, typer.Option(help="Who asks.")],
    notify: Annotated[bool, typer.Option(help="Send the digest of the last day.")] = False,
    dry_run: DryRun = False,
) -> None:
    """Ask for days to be run again."""
    try:
        data = BackfillData(
            first_day=first_day.date(),
            last_day=last_day.date(),
            reason=reason,
            requested_by=requested_by,
            notify=notify,
        )
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]["msg"]
        raise InputError("backfill-requested", problem, "See --help") from None
    _publish(operators_event(BackfillRequested, data=data), dry_run=dry_run)


digest_app = typer.Typer(help="Settle digests in doubt.", no_args_is_help=True)
app.add_typer(digest_app, name="digest")


@digest_app.command("resolve", epilog="Example: daybook digest resolve 2026-06-17 --sent")
def digest_resolve(
    day: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="The digest's day, UTC.")],
    *,
    sent: Annotated[
        bool, typer.Option("--sent/--resend", help="It arrived, or it is to be sent again.")
    ],
    claim: Annotated[
        str,
        typer.Option(help="Which one, as the alarm names it; needed when several are in doubt."),
    ] = "",
    requested_by: Annotated[str, typer.Option(help="Who decides.")] = "operator",
) -> None:
    """Say what became of a digest of which nobody knows whether it was sent."""
    settled = asyncio.run(
        resolve(day.date(), sent=sent, requested_by=requested_by, claim=claim.strip())
    )
    for key, state in settled.items():
        console.out.print(f"{key}: {state.value}", soft_wrap=True)


add_report_commands(app)
add_emulator_commands(app)
add_audit_commands(app)
add_commands(app)
add_adopt_commands(app)
add_doctor_commands(app)


def _publish(event: Event, *, dry_run: bool) -> None:
    if not dry_run:
        console.err.print(f"published to {asyncio.run(publish(event))}", soft_wrap=True)
    sys.stdout.write(event.to_json() + "\n")


def _input_files(source: Path, kind: str, organization: Path, config: Path | None) -> InputFiles:
    given = given_sections(load_topology().archive_bucket.name, kind)
    return InputFiles(source, kind, organization, config, given)


async def _run(files: InputFiles, day: datetime | None, out: Path, limit: float) -> RunOutcome:
    asked = day.replace(tzinfo=UTC).date() if day else None
    return await run(files, asked, out, console.progress, limit=limit)


def _finish(work: Coroutine[Any, Any, RunOutcome], *, as_json: bool) -> None:
    with console.waiting("running"):
        outcome = interruptible(work)
    if as_json:
        sys.stdout.write(json.dumps(outcome.record, indent=2) + "\n")
    else:
        console.tell_run(outcome.record, outcome.out)


def interruptible(work: Coroutine[Any, Any, Any]) -> Any:
    """Run to the end; SIGTERM ends it as Ctrl-C does, with everything put away."""

    async def guarded() -> Any:
        task = asyncio.current_task()
        if task:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work

    return asyncio.run(guarded())
