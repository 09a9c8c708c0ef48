"""A report as a person reads it."""

from collections.abc import Iterable, Sequence
from datetime import date

from rich.markup import escape
from rich.table import Table

from daybook import console
from daybook.attribution import Line, Moved, Tree
from daybook.report import Report
from shared.config_outlook import shown_ou
from shared.money import cents, exact_sum

TREES = {
    Tree.AS_WAS: "OUs as they were on each day",
    Tree.AS_IS: "today's OUs: an account's whole cost counts where the account is now",
}
NOT_WHOLE = "The archive begins among these days: a change would be one of days, and is not stated."
MOST_MOVED = 20
"""Moved accounts that are printed; all of them are in the JSON."""


def tell_report(report: Report) -> None:
    """Print the table, its totals, and the accounts that moved."""
    console.out.print(_table(report))
    console.out.print(f"\n{report.asked.metric} cost by {TREES[report.asked.tree]}.", markup=False)
    console.out.print("An OU's own accounts, without what is below it.", markup=False)
    if not report.whole:
        console.say(NOT_WHOLE)
    if report.moved:
        console.say(f"\n{_heading(report)}")
    for moved in report.moved[:MOST_MOVED]:
        console.say(f"  {_sentence(moved)}")
    if (more := len(report.moved) - MOST_MOVED) > 0:
        console.out.print(f"  and {more} more: see --json")


def _heading(report: Report) -> str:
    if report.asked.tree is Tree.AS_IS:
        return "Moved, and counted under today's OU alone:"
    if not report.whole:
        return "Moved (see --ou as-is):"
    return "Moved: this part of the changes above is the move, not spending (see --ou as-is):"


def _table(report: Report) -> Table:
    now = _days(report.last_day, report.archived)
    then = _days(report.before_last_day, report.before_archived)
    table = Table(box=None)
    for name in ("OU", now, then, "change" if report.whole else "", ""):
        table.add_column(name, justify="left" if name in ("OU", "") else "right")
    for line in report.lines:
        table.add_row(escape(shown_ou(line.ou_path)), *_cells(line, report))
    for total in totals(report.lines):
        table.add_row("[bold]Total[/bold]", *_cells(total, report))
    return table


def _days(last: date, archived: int) -> str:
    """Name the days of a month to its `last`, and how many of them are archived if not all."""
    part = "" if archived == last.day else f", {archived} of {last.day} days"
    return f"1-{last:%-d %b %Y}{part}"


def totals(lines: Sequence[Line]) -> list[Line]:
    """Return a line for the total of each currency."""
    return [
        Line(
            "Total",
            currency,
            exact_sum(line.amount for line in lines if line.currency == currency),
            exact_sum(line.before for line in lines if line.currency == currency),
        )
        for currency in sorted({line.currency for line in lines})
    ]


def _cells(line: Line, report: Report) -> Iterable[str]:
    change = cents(line.change) if report.whole else ""
    return cents(line.amount), cents(line.before), change, escape(line.currency)


def _sentence(moved: Moved) -> str:
    parts = [
        f"{shown_ou(line.ou_path)} {cents(line.before)} before, "
        f"{cents(line.amount)} {line.currency}"
        for line in moved.lines
    ]
    now = "" if moved.now is None else f"; now in {shown_ou(moved.now)}"
    return f"{moved.account} {moved.name}: {'; '.join(parts)}{now}"
