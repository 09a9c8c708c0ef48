"""The table of OUs in the PDF: as many as its first page holds, each in its place in the tree."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict

from services.notifier.executive.printable import Texts
from services.notifier.mail.bars import bar_of
from services.notifier.report.counted import counted
from services.notifier.report.look import NONE
from services.notifier.report.ou_lines import OuLine, Placed, worth_showing
from services.notifier.report.percent import change
from services.notifier.report.verdict import SUBJECT_NAME
from shared.money import cents

MOST_OUS = 16
"""Lines of the table: more would push the charts off the first page."""
MOST_LINES = 20
"""Lines with reasons under them: beyond, those of green lights are left to the digest."""
MOST_NAMED = 6
"""OUs that a reason of grey lights names."""
TROUBLED = ("red", "yellow")


def ou_table(lines: Sequence[OuLine], most: int = MOST_OUS) -> Texts:
    """Return the rows, why the lights are what they are, and how many rows there are no more."""
    shown = worth_showing(lines, most)
    said = [each for each in shown if each.line.outlook.light != "grey"]
    green = len(shown) + len(said) <= MOST_LINES
    kept = [each.line for each in shown]
    return {
        "rows": [_row(each, green=green) for each in shown],
        "greys": _greys(kept),
        "more": _more(lines, kept),
    }


def _row(placed: Placed, *, green: bool) -> Texts:
    outlook = placed.line.outlook
    budget, estimate = outlook.budget, outlook.month_end_estimate
    because = outlook.light in TROUBLED or (green and outlook.light == "green")
    return {
        "name": _cut(placed.label),
        "indent": placed.depth,
        "light": outlook.light,
        "reason": outlook.reason if because else "",
        "month": cents(outlook.month_to_date),
        "estimate": NONE if estimate is None else cents(estimate),
        "budget": NONE if budget is None else cents(budget),
        "against": change(estimate, budget) if estimate and budget else NONE,
        "bar": asdict(bar) if (bar := bar_of(outlook)) else None,
    }


def _cut(path: str) -> str:
    """Cut a path from its left: the OU's own name stands at its end."""
    return path if len(path) <= SUBJECT_NAME else f"…{path[-SUBJECT_NAME + 1 :]}"


def _greys(shown: Sequence[OuLine]) -> list[str]:
    """Say why lights are grey: once a reason, for on a partial day it is that of all."""
    named: dict[str, list[str]] = defaultdict(list)
    for line in shown:
        if line.outlook.light == "grey":
            named[line.outlook.reason].append(_cut(line.outlook.ou))
    return [f"{reason}: {_names(ous)}" for reason, ous in named.items()]


def _names(ous: Sequence[str]) -> str:
    left = len(ous) - MOST_NAMED
    return ", ".join(ous[:MOST_NAMED]) + (f" and {left} more" if left > 0 else "")


def _more(lines: Sequence[OuLine], shown: Sequence[OuLine]) -> str:
    left = len(lines) - len(shown)
    troubled = sum(line.outlook.light in TROUBLED for line in lines)
    hidden = troubled - sum(line.outlook.light in TROUBLED for line in shown)
    of_them = f", {hidden} of them red or yellow" if hidden else ""
    return f"and {counted(left, 'more OU')} on the dashboard{of_them}" if left else ""
