"""The command line of whoever runs Daybook."""

import asyncio
import sys
from datetime import datetime
from typing import Annotated

import typer

from daybook import console
from daybook.operate.history import read_history
from daybook.operate.history_page import tell_as_of, tell_history
from daybook.operate.reach import now
from daybook.operate.replay import Span, follow, parse_span, wish
from daybook.operate.status import read_status
from daybook.operate.status_page import tell_status
from daybook.options import AsJson, Metric
from daybook.publish import publish
from shared.days import Period, day_before
from shared.events import BackfillRequested
from shared.run_record import RunRecord


def add_commands(app: typer.Typer) -> None:
    """Put the commands on the command line."""
    example = "Example: daybook replay 2026-01..2026-06 --reason 'invoices were corrected'"
    app.command("replay", epilog=example)(replay)
    app.command("status", epilog="Example: daybook status 2026-06 --json")(status)
    example = "Example: daybook history 2026-06-05 --as-of 2026-06-10"
    app.command("history", epilog=example)(history)


def replay(
    days: Annotated[
        str, typer.Argument(help="2026-06-17, 2026-06, or a range: 2026-01..2026-06 (UTC).")
    ],
    *,
    reason: Annotated[str, typer.Option(help="Why; kept with the run.")] = "asked by an operator",
    requested_by: Annotated[str, typer.Option(help="Who asks.")] = "operator",
    notify: Annotated[
        bool, typer.Option(help="Send the digest of the last day, to every list.")
    ] = False,
    only: Annotated[
        str, typer.Option(help="Send this mail alone, to its list; its claim, as alarms name it.")
    ] = "",
    dry_run: Annotated[bool, typer.Option(help="Print the event only.")] = False,
    wait: Annotated[bool, typer.Option(help="Follow it until every month is done.")] = False,
    limit: Annotated[float, typer.Option(help="Seconds to wait.")] = 3600,
) -> None:
    """Run days again from the export as it is now; days that did not change stay as they are.

    A worker looks at a replay's messages only when nothing else waits for it.
    """
    span = parse_span(days, now().date())
    event = wish(span, reason=reason, requested_by=requested_by, notify=notify, only=only)
    if not dry_run:
        topic = asyncio.run(publish(event))
        console.err.print(f"published to {topic}", soft_wrap=True, markup=False)
    sys.stdout.write(event.to_json() + "\n")
    if wait and not dry_run:
        _follow(event, span, limit)


def _follow(event: BackfillRequested, span: Span, limit: float) -> None:
    done = 0

    def tell(record: RunRecord) -> None:
        nonlocal done
        done += 1
        console.err.print(
            f"{record.period}: {record.days_changed} days changed ({done} of {len(span.periods)})"
        )

    with console.waiting("waiting for the workers"):
        if not asyncio.run(follow(event.runid, span, tell, limit=limit)):
            console.fail(
                f"{done} of {len(span.periods)} months are done after {limit:.0f} s. It goes on: "
                "daybook status; daybook dlq list",
                1,
            )


def status(
    month: Annotated[
        datetime | None,
        typer.Argument(formats=["%Y-%m"], help="Billing period, UTC. Default: yesterday's."),
    ] = None,
    *,
    metric: Metric = None,
    as_json: AsJson = False,
) -> None:
    """Show a month's days, the runs, the queues, the dashboards' refresh, and the cost to run."""
    at = now()
    period = Period.of(month.date() if month else day_before(at))
    found = asyncio.run(read_status(period, at, metric))
    if as_json:
        console.write_json(found.record())
    else:
        tell_status(found)


def history(
    day: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="Billing day, UTC.")],
    *,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="As it had been told at the end of this day, UTC."),
    ] = None,
    metric: Metric = None,
    as_json: AsJson = False,
) -> None:
    """Show every version of a day: when, how much, what changed by OU, why, who was told."""
    found = asyncio.run(read_history(day.date(), metric))
    then = found.as_of(as_of.date()) if as_of else None
    if as_json:
        console.write_json((then or found).record())
    elif then:
        tell_as_of(then)
    else:
        tell_history(found)
