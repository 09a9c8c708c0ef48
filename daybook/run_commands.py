"""The commands that run the daily flow on this machine, and make what it runs on."""

import asyncio
import signal
import tempfile
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from daybook import console
from daybook.example import write_example
from daybook.inputs import InputFiles, check_inputs
from daybook.options import Day
from daybook.run import RunOutcome, run
from daybook.run_page import tell_run
from daybook.seed import given_sections
from daybook.up import UpOptions, up
from shared.errors import InputError
from shared.topology import load_topology

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
AsJson = Annotated[bool, typer.Option("--json", help="Print run.json on standard output.")]
Limit = Annotated[float, typer.Option(help="Seconds until a run without a digest has failed.")]


def add_commands(app: typer.Typer) -> None:
    """Put the commands on the command line."""
    example = "Example: daybook run --source export --organization org.csv --out out"
    app.command("run", epilog=example)(run_command)
    app.command("demo", epilog="Example: daybook demo --out out")(demo)
    example = "Example: daybook example my-example --last-day 2026-06-18"
    app.command("example", epilog=example)(example_command)
    app.command("up", epilog="Example: daybook up --schedule 'rate(1 minute)'")(up_command)


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


def demo(out: Out = Path("out"), as_json: AsJson = False, limit: Limit = 600) -> None:
    """Run the daily flow on the example export."""
    with tempfile.TemporaryDirectory(prefix="daybook-example-") as folder:
        example = write_example(Path(folder))
        files = _input_files(example.source, "cur2", example.organization, example.config)
        _finish(_run(files, None, out, limit), as_json=as_json)


def example_command(
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
        console.write_json(outcome.record)
    else:
        tell_run(outcome.record, outcome.out)


def interruptible(work: Coroutine[Any, Any, Any]) -> Any:
    """Run to the end; SIGTERM ends it as Ctrl-C does, with everything put away."""

    async def guarded() -> Any:
        task = asyncio.current_task()
        if task:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work

    return asyncio.run(guarded())
