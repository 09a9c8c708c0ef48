"""The commands that publish an event to the events topic."""

import asyncio
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer
from pydantic import ValidationError

from daybook import console
from daybook.options import Day
from daybook.publish import operators_event, publish, require_few, tick_time
from shared.errors import InputError
from shared.events import BackfillData, BackfillRequested, DayReady, Event

RequiredDay = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Billing day, UTC.")]
DryRun = Annotated[bool, typer.Option(help="Print the event only.")]


def add_commands(app: typer.Typer) -> None:
    """Put the commands on the command line."""
    app.add_typer(publish_app, name="publish")


publish_app = typer.Typer(help="Publish an event to the events topic.", no_args_is_help=True)


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
    require_few("the days asked for", first_day.date(), last_day.date())
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


def _publish(event: Event, *, dry_run: bool) -> None:
    if not dry_run:
        console.err.print(f"published to {asyncio.run(publish(event))}", soft_wrap=True)
    sys.stdout.write(event.to_json() + "\n")
