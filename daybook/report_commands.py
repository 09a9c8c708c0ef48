"""The commands that report what is archived: of a month, and of a run that left a folder."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from daybook import console
from daybook.attribution import Tree
from daybook.bucket import archive_bucket
from daybook.metric import metric_of
from daybook.offline import open_reports, render
from daybook.options import AsJson, Metric
from daybook.report import Asked, Report, report, today_utc
from daybook.report_page import tell_report
from shared.aws import clients
from shared.config import CostMetric
from shared.days import Period
from shared.s3 import S3Store

RunFolder = Annotated[Path, typer.Option("--run", help="What `daybook run` or `demo` left.")]


def add_commands(app: typer.Typer) -> None:
    """Put the commands on the command line."""
    app.command("render", epilog="Example: daybook render --run out")(render_command)
    app.command("preview", epilog="Example: daybook preview --run out")(preview)
    example = "Example: daybook report --month 2026-06 --ou as-is"
    app.command("report", epilog=example)(report_command)


def render_command(run_folder: RunFolder = Path("out")) -> None:
    """Make a run's dashboard, PDF, digest and CSV anew from its folder and nothing else."""
    for path in asyncio.run(render(run_folder)):
        console.out.print(str(path), soft_wrap=True, markup=False)


def preview(run_folder: RunFolder = Path("out")) -> None:
    """Open the dashboard, the digest and the PDF of a run in the browser."""
    for path in open_reports(run_folder):
        console.out.print(str(path), soft_wrap=True, markup=False)


def report_command(
    *,
    month: Annotated[datetime, typer.Option(formats=["%Y-%m"], help="Billing period, UTC.")],
    ou: Annotated[
        Tree, typer.Option(help="OUs as they were on each day, or as they are today.")
    ] = Tree.AS_WAS,
    metric: Metric = None,
    organization: Annotated[Path | None, typer.Option(help="The organization CSV.")] = None,
    as_json: AsJson = False,
) -> None:
    """Report an archived month by OU against as many days of the month before."""
    period = Period.of(month.date())
    found = asyncio.run(_report(lambda cost: Asked(period, ou, cost, organization), metric))
    if as_json:
        console.write_json(found.record())
    else:
        tell_report(found)


async def _report(asked: Callable[[str], Asked], metric: CostMetric | None) -> Report:
    async with clients("s3") as (s3,):
        wanted = asked(await metric_of(s3, metric))
        return await report(S3Store(s3, archive_bucket()), wanted, today_utc())
