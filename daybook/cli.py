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

from daybook import console
from daybook.example import write_example
from daybook.inputs import InputFiles
from daybook.run import RunFailed, RunOutcome, run
from daybook.seed import given_sections
from shared.errors import InputError
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
Source = Annotated[Path, typer.Option(help="Folder with data/ and metadata/ of the export.")]
Format = Annotated[str, typer.Option("--format", help="cur2 (AWS Data Exports, CUR 2.0).")]
OrganizationFile = Annotated[
    Path,
    typer.Option(
        help="CSV: account_id,account_name,ou_path,valid_from,valid_to,status (dated ranges)."
    ),
]
ConfigFile = Annotated[Path | None, typer.Option(help="daybook.yaml: budgets, recipients, metric.")]
Out = Annotated[Path, typer.Option(help="Folder for the results; replaced as a whole.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print run.json on standard output.")]
Limit = Annotated[float, typer.Option(help="Seconds until a run without a digest has failed.")]


def main() -> None:
    """Run the command; bad input ends with exit code 2, a failed run with 1."""
    try:
        app()
    except InputError as error:
        console.fail(str(error), 2)
    except RunFailed as error:
        console.fail(str(error), 1)
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit(INTERRUPTED)


@app.command("run", epilog="Example: daybook run --source export --organization org.csv --out out")
def run_command(
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
        console.out.print(str(path), soft_wrap=True)


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
