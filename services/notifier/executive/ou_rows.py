"""The table of OUs in the PDF: as many as its first page holds, each in its place in the tree."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal

from services.notifier.bars import bar_of
from services.notifier.executive.printable import Texts
from services.notifier.look import NONE
from services.notifier.ou_lines import OuLine
from services.notifier.percent import change
from services.notifier.verdict import SUBJECT_NAME
from shared.config_outlook import ROOT, UNMAPPED
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
    shown = worth_printing(lines, most)
    indents = _indents(shown)
    said = [line for line in shown if line.outlook.light != "grey"]
    green = len(shown) + len(said) <= MOST_LINES
    return {
        "rows": [_row(line, indents, green=green) for line in shown],
        "greys": _greys(shown),
        "more": _more(lines, shown),
    }


def worth_printing(lines: Sequence[OuLine], most: int) -> list[OuLine]:
    """Return the lines in order: of too many Root, Unmapped, those in trouble, the largest."""

    def rank(line: OuLine) -> tuple[bool, bool, Decimal]:
        whole = line.outlook.ou_path in (ROOT, UNMAPPED)
        return whole, line.outlook.light in TROUBLED, abs(line.outlook.month_to_date)

    kept = {id(line) for line in sorted(lines, key=rank, reverse=True)[:most]}
    return [line for line in lines if id(line) in kept]


def _indents(shown: Sequence[OuLine]) -> Mapping[str, int]:
    """Return how far each path is set in: one more than its parent, if that is shown."""
    indents: dict[str, int] = {}
    for line in shown:
        path = line.outlook.ou_path
        parent = indents.get(_parent(path), 0)
        indents[path] = parent + 1 if path not in (ROOT, UNMAPPED) else 0
    return indents


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _row(line: OuLine, indents: Mapping[str, int], *, green: bool) -> Texts:
    outlook = line.outlook
    budget, estimate = outlook.budget, outlook.month_end_estimate
    known = budget is not None and estimate is not None
    alone = _parent(outlook.ou_path) not in indents
    because = outlook.light in TROUBLED or (green and outlook.light == "green")
    return {
        "name": _cut(outlook.ou if alone else line.name),
        "indent": indents[outlook.ou_path],
        "light": outlook.light,
        "reason": outlook.reason if because else "",
        "month": cents(outlook.month_to_date),
        "estimate": NONE if estimate is None else cents(estimate),
        "budget": NONE if budget is None else cents(budget),
        "against": change(estimate, budget) if known and estimate and budget else NONE,
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
    return f"and {left} more OUs on the dashboard{of_them}" if left else ""
