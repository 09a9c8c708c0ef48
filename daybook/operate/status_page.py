"""`daybook status` as a person reads it."""

from collections.abc import Iterator
from datetime import timedelta

from rich.markup import escape
from rich.table import Table

from daybook.console import SHAPES, STYLES, out, say
from daybook.operate import documents
from daybook.operate.days import UNREADABLE, DayState
from daybook.operate.dlq import in_hand
from daybook.operate.runs import LATELY
from daybook.operate.status import Status
from shared.money import cents


def tell_status(status: Status) -> None:
    """Print the calendar, what runs, what waits, and what it cost."""
    out.print(_days(status))
    for line in _lines(status):
        say(line)


def age(seconds: float) -> str:
    """Return an age in the largest units that tell something."""
    whole = timedelta(seconds=round(seconds))
    hours, minutes = divmod(whole.seconds // 60, 60)
    if whole.days:
        return f"{whole.days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _days(status: Status) -> Table:
    metric = status.metric
    table = Table(title=f"{status.month}, {metric} cost", title_justify="left", box=None)
    for name in ("day", "state", "total", "light", "digest"):
        table.add_column(name, justify="right" if name == "total" else "left")
    for day in status.days:
        state = f"{day.status}, restated" if day.restated else day.status
        shown = f"[red]{state}[/red]" if day.status in ("missing", UNREADABLE) else state
        table.add_row(f"{day.day:%a %d}", shown, _total(day, metric), _light(day), day.digest or "")
    return table


def _total(day: DayState, metric: str) -> str:
    stated = [part for part in day.totals if part.states(metric)]
    return escape(", ".join(f"{cents(part.metric(metric))} {part.currency}" for part in stated))


def _light(day: DayState) -> str:
    if day.light is None:
        return ""
    if day.light == "unreadable":
        return f"[red]{day.light}[/red]"
    return f"[{STYLES[day.light]}]{SHAPES[day.light]} {day.light}[/]"


def _lines(status: Status) -> Iterator[str]:
    yield ""
    yield from map(documents.line, status.unreadable)
    yield from _runs(status)
    yield from _queues(status)
    yield from _refresh(status)
    spent = status.runs.spent()
    yield (
        f"{status.month} has cost {spent.total} USD to run: {spent.runs} runs, queries "
        f"{spent.queries}, Cost Explorer {spent.cost_explorer}. Containers, storage and "
        "QuickSight are on the bill itself: infra/README.md says what to expect."
    )


def _runs(status: Status) -> Iterator[str]:
    for run in status.runs.open:
        since = age((status.at - run.since).total_seconds())
        reason = f" ({run.reason})" if run.reason else ""
        stuck = "STUCK: " if run.stuck else ""
        yield f"{stuck}run {run.run}, {run.period}: {run.step}{reason}, {since} ago"
    for first, done in status.runs.backfills():
        of = first.batch.of if first.batch else 1
        yield f"Backfill {first.run}: {done} of {of} months are done"
    if not status.runs.open:
        yield "No run is under way."


def _queues(status: Status) -> Iterator[str]:
    for queue in status.queues:
        if held := queue.waiting + queue.in_hand + queue.delayed:
            oldest = "" if queue.oldest is None else f", oldest {age(queue.oldest)}"
            yield f"{queue.name}: {held} messages, {queue.in_hand} of them in hand{oldest}"
    for dead in status.dead:
        if dead.oldest:
            since = age((status.at - dead.oldest).total_seconds())
            yield f"{dead.name}: {dead.count} dead letters, oldest {since}: daybook dlq list"
        if dead.in_hand:
            yield in_hand(dead.name, dead.in_hand)
    for name, count in status.undelivered.items():
        yield f"{name}: {count} messages were not delivered: daybook dlq list"
    if not status.undelivered and not any(dead.count + dead.in_hand for dead in status.dead):
        yield "No dead letters."


def _refresh(status: Status) -> Iterator[str]:
    run = status.runs.last_refresh
    if run is None:
        yield f"No dashboard was refreshed in {status.month}, nor in the last {LATELY.days} days."
        return
    states = ", ".join(f"{each.dataset} {each.status}" for each in run.refreshes)
    yield f"Last refresh: {run.refreshed_at or run.cataloged_at:%Y-%m-%d %H:%M} UTC, {states}"
