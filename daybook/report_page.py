"""A report as a person reads it."""

from collections.abc import Iterable, Sequence

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
MOST_MOVED = 20
"""Moved accounts that are printed; all of them are in the JSON."""


def tell_report(report: Report) -> None:
    """Print the table, its totals, and the accounts that moved."""
    console.out.print(_table(report))
    console.out.print(f"\n{report.asked.metric} cost by {TREES[report.asked.tree]}.", markup=False)
    console.out.print("An OU's own accounts, without what is below it.", markup=False)
    if report.moved:
        console.out.print(f"\n{_heading(report.asked.tree)}", markup=False, soft_wrap=True)
    for moved in report.moved[:MOST_MOVED]:
        console.out.print(f"  {_sentence(moved)}", markup=False, soft_wrap=True)
    if (more := len(report.moved) - MOST_MOVED) > 0:
        console.out.print(f"  and {more} more: see --json")


def _heading(tree: Tree) -> str:
    if tree is Tree.AS_IS:
        return "Moved, and counted under today's OU alone:"
    return "Moved: this part of the changes above is the move, not spending (see --ou as-is):"


def _table(report: Report) -> Table:
    first, last = report.asked.month.first, report.last_day
    now = f"{first:%-d}-{last:%-d %b %Y}"
    then = f"{first:%-d}-{report.before_last_day:%-d %b %Y}"
    table = Table(box=None)
    for name in ("OU", now, then, "change", ""):
        table.add_column(name, justify="left" if name in ("OU", "") else "right")
    for line in report.lines:
        table.add_row(escape(shown_ou(line.ou_path)), *_cells(line))
    for total in totals(report.lines):
        table.add_row("[bold]Total[/bold]", *_cells(total))
    return table


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


def _cells(line: Line) -> Iterable[str]:
    amounts = cents(line.amount), cents(line.before), cents(line.change)
    return *amounts, escape(line.currency)


def _sentence(moved: Moved) -> str:
    parts = [
        f"{shown_ou(line.ou_path)} {cents(line.before)} before, "
        f"{cents(line.amount)} {line.currency}"
        for line in moved.lines
    ]
    now = "" if moved.now is None else f"; now in {shown_ou(moved.now)}"
    return f"{moved.account} {moved.name}: {'; '.join(parts)}{now}"
