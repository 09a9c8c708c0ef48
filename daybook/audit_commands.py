"""The command that audits the archive."""

import asyncio
from datetime import UTC, date, datetime
from typing import Annotated

import typer

from daybook import console
from daybook.audit import Asked, Audited, audit
from daybook.options import AsJson
from shared.errors import InputError

EARLIEST = date(2006, 1, 1)
"""AWS sold nothing before that year."""


def add_commands(app: typer.Typer) -> None:
    """Put the command on the command line."""
    app.command("audit", epilog="Example: daybook audit --full --repair")(audit_command)


def audit_command(
    *,
    full: Annotated[
        bool, typer.Option("--full", help="Read every object, and count the table's rows.")
    ] = False,
    repair: Annotated[
        bool, typer.Option("--repair", help="Ask for backfills of what they mend.")
    ] = False,
    through: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="The last day that must be there (UTC). Default: the day before yesterday.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Hold every day since the first against ledger, source, catalog, outlook and digest.

    Exit code 0: nothing was found; 1: something was.
    """
    last = through.date() if through else None
    _require_possible(last, repair=repair)
    asked = Asked(full, repair, last)
    found = asyncio.run(audit(asked, lambda what: console.err.print(what, style="dim")))
    if found.under_way:
        queues = ", ".join(found.under_way)
        console.err.print(f"A run is under way ({queues}): what is found may be of its making.")
    if as_json:
        console.write_json(_record(found))
    else:
        _tell(found)
    if not found.report.clean:
        raise typer.Exit(1)


def _require_possible(through: date | None, *, repair: bool) -> None:
    """Raise InputError for a last day that no archive has, or that nothing can be asked for yet."""
    if through is None:
        return
    if through < EARLIEST:
        problem = f"lies before {EARLIEST}, and nobody had a bill of AWS"
        raise InputError(f"audit --through {through}", problem, "Give a later day")
    today = datetime.now(UTC).date()
    if repair and through >= today:
        problem = f"is not over yet on {today} (UTC): nothing can be asked for"
        remedy = "Give an earlier day, or leave --repair out"
        raise InputError(f"audit --through {through} --repair", problem, remedy)


def _record(found: Audited) -> dict[str, object]:
    report = found.report.model_dump(mode="json", exclude={"run", "asked", "asked_before"})
    return {
        **report,
        "under_way": list(found.under_way),
        "asked_for": [wish.model_dump(mode="json") for wish in found.mends],
    }


def _tell(found: Audited) -> None:
    report = found.report
    for finding in report.findings:
        day = f" {finding.day}" if finding.day else ""
        console.out.print(f"[bold]{finding.kind}[/bold]{day}", soft_wrap=True)
        console.out.print(f"  {finding.found}", soft_wrap=True, markup=False)
        console.out.print(f"  {finding.remedy}", soft_wrap=True, markup=False)
    for wish in found.mends:
        days = f"{wish.first_day} to {wish.last_day}"
        console.out.print(f"Asked for a backfill of {days}.", soft_wrap=True)
    span = f"{report.first} to {report.last}" if report.first else "none is archived"
    things = len(report.findings) or "nothing"
    console.out.print(f"{report.days} days ({span}): {things} found.", soft_wrap=True)
