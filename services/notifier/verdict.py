"""The one sentence that answers "are we fine?", the same in mail, PDF and chat."""

from services.notifier.figures import Figures
from services.notifier.ou_lines import OuLine

NAMED = 2
"""OUs that the sentence names; more are counted."""
SUBJECT_NAME = 60
"""Characters of an OU's name in a sentence, and in the subject."""


def verdict(figures: Figures) -> str:
    """Say which OUs are over their budget, or heading there."""
    troubled = figures.in_trouble
    if not troubled:
        return _calm(figures)
    if len(troubled) > NAMED:
        return f"{len(troubled)} of {_budgeted(figures)} OUs are heading over budget"
    names = " and ".join(short(line.outlook.ou) for line in troubled)
    if all(_over(line) for line in troubled):
        return f"{names} {'is' if len(troubled) == 1 else 'are'} over budget"
    return f"{names} {'is' if len(troubled) == 1 else 'are'} heading over budget"


def short(name: str) -> str:
    """Cut a name that would push the rest of a line away; it stays on one line, and in its place.

    Bidi controls could turn the text behind it around.
    """
    name = "".join(c if c.isprintable() else " " for c in name)
    return name if len(name) <= SUBJECT_NAME else f"{name[: SUBJECT_NAME - 1]}…"


def _calm(figures: Figures) -> str:
    if figures.worst == "green":
        return "Every OU with a budget is within it"
    if not figures.complete:
        return "No lights today: the day is not fully delivered"
    return "No light: no OU has a budget"


def _budgeted(figures: Figures) -> int:
    lines = (line for part in figures.currencies for line in part.ous)
    return sum(line.outlook.budget is not None for line in lines)


def _over(line: OuLine) -> bool:
    budget = line.outlook.budget
    return budget is not None and line.outlook.month_to_date > budget
