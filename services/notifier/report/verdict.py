"""The one sentence that answers "are we fine?", the same in mail, PDF and chat."""

from collections.abc import Sequence
from typing import Literal

from services.notifier.report.apart import apart_in_short, apart_said
from services.notifier.report.figures import Figures
from services.notifier.report.ou_lines import OuLine
from shared.config_outlook import shown_ou
from shared.outlook import Outlook

NAMED = 2
"""OUs that the sentence names; more are counted."""
SUBJECT_NAME = 60
"""Characters of an OU's name in a sentence, and in the subject."""
State = Literal["over", "heading", "may"]
STATES: dict[State, tuple[str, str]] = {
    "over": ("is over", "are over"),
    "heading": ("is heading over", "are heading over"),
    "may": ("may go over", "may go over"),
}
"""What is said of one OU and of many, the worst first. An OU whose estimate is within its budget,
and only the upper end of its interval is not, may go over it."""


def verdict(figures: Figures) -> str:
    """Say which OUs are over their budget, heading there, or may go there.

    The head, of which the others are parts, has a clause of its own and is not counted with them.
    """
    states = _states(figures.in_trouble)
    if not states:
        return _calm(figures)
    head = states.pop(figures.head, None)
    first, *others = [
        *([_clause([short(shown_ou(figures.head))], head)] if head else []),
        *_clauses(states, _budgeted(figures)),
    ]
    if not others:
        return f"{first} budget"
    return f"{first} budget{';' if head else ','} {', '.join(others)}"


def subject_state(figures: Figures) -> str:
    """Say in the subject which light is the worst, whose it is, and of how many OUs more."""
    troubled = figures.in_trouble
    if not troubled:
        apart = apart_in_short(figures) if figures.worst == "green" else ""
        return f"{figures.worst}, {apart}" if apart else figures.worst
    first = troubled[0].outlook
    others = {line.outlook.ou_path for line in troubled} - {first.ou_path, figures.head}
    more = f" and {len(others)} more" if others else ""
    return f"{figures.worst}: {short(first.ou)}{more}"


def short(name: str) -> str:
    """Cut a name that would push the rest of a line away; it stays on one line, and in its place.

    Bidi controls could turn the text behind it around.
    """
    name = "".join(c if c.isprintable() else " " for c in name)
    return name if len(name) <= SUBJECT_NAME else f"{name[: SUBJECT_NAME - 1]}…"


def _calm(figures: Figures) -> str:
    if figures.worst == "green":
        apart = apart_said(figures)
        within = "Every OU with a budget is within it"
        if not all(_within(line.outlook) for part in figures.currencies for line in part.ous):
            within = "No OU is further over its budget than its limits allow"
        return f"{within}, but {apart}" if apart else within
    if not figures.complete:
        return "No lights today: the day is not fully delivered"
    return "No light: no OU has a budget"


def _within(outlook: Outlook) -> bool:
    """Say whether an OU is expected to stay within its budget; an OU without one is."""
    budget, estimate = outlook.budget, outlook.month_end_estimate
    return budget is None or estimate is None or estimate <= budget


def _states(troubled: Sequence[OuLine]) -> dict[str, State]:
    """Return the worst that is to be said of each OU, by its path; in several currencies, once."""
    order = list(STATES)
    found: dict[str, State] = {}
    for line in troubled:
        state, path = _state(line), line.outlook.ou_path
        found[path] = min(state, found.get(path, state), key=order.index)
    return found


def _state(line: OuLine) -> State:
    outlook = line.outlook
    budget, estimate = outlook.budget, outlook.month_end_estimate
    if budget is not None and outlook.month_to_date > budget:
        return "over"
    within = budget is not None and estimate is not None and estimate <= budget
    return "may" if within and outlook.light == "yellow" else "heading"


def _clauses(states: dict[str, State], budgeted: int) -> list[str]:
    """Return a clause for each state that OUs are in: their names, or of many their number."""
    by_state = {state: [ou for ou in states if states[ou] == state] for state in STATES}
    there = {state: ous for state, ous in by_state.items() if ous}
    if not there:
        return []
    if len(states) <= NAMED:
        return [_clause([short(shown_ou(ou)) for ou in ous], state) for state, ous in there.items()]
    first, *_ = there
    return [
        f"{len(ous)}{f' of {budgeted} OUs' if state == first else ''} {_verb(len(ous), state)}"
        for state, ous in there.items()
    ]


def _clause(names: Sequence[str], state: State) -> str:
    return f"{' and '.join(names)} {_verb(len(names), state)}"


def _verb(count: int, state: State) -> str:
    one, many = STATES[state]
    return one if count == 1 else many


def _budgeted(figures: Figures) -> int:
    """Return how many OUs have a budget, without the head."""
    lines = (line.outlook for part in figures.currencies for line in part.ous)
    return len({each.ou_path for each in lines if each.budget is not None} - {figures.head})
