"""Budgets of OUs in which there is no account, so that nobody takes them for kept ones.

A budget names its OU by path. Renaming the OU, or moving it, leaves the budget behind: it goes on
as a budget of nothing, and the OU under its new name has none.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from services.query.organization import Placement
from shared.config_outlook import ROOT, UNMAPPED, BudgetOfOu, newest_budgets, shown_ou

MOST_BUDGETS = 5
"""Budgets that are named; of more the number is said."""


def budgets_of_nothing(
    budgets: Iterable[BudgetOfOu], placements: Sequence[Placement], day: date
) -> list[str]:
    """Return a sentence for each budget in force on `day` whose OU has no account on that day.

    It names the OU that took over the id, where the ids of the accounts' OUs tell.
    """
    now = [place for place in placements if place.valid_from <= day < place.valid_to]
    there = {path for place in now for path in _lineage(place.ou_path)}
    newest = newest_budgets(budgets, day)
    budgeted = {ou for (ou, _), budget in newest.items() if budget.on(day) is not None}
    lost = sorted(budgeted - there - {ROOT, UNMAPPED}) if now else []
    renamed = {ou: _renamed(ou, placements, now) for ou in lost}
    # One that has a budget under its new name, too, keeps the old for the days before.
    said = [_sentence(ou, new) for ou, new in renamed.items() if new not in budgeted]
    more = len(said) - MOST_BUDGETS
    others = [f"{more} more budgets are of OUs in which there is no account."] if more > 0 else []
    return [*said[:MOST_BUDGETS], *others]


def _lineage(path: str) -> Iterator[str]:
    parts = path.split("/")
    return ("/".join(parts[: n + 1]) for n in range(len(parts)))


def _renamed(ou: str, placements: Sequence[Placement], now: Sequence[Placement]) -> str | None:
    """Return where the OU's ids are now, with the path below the OU unchanged; None if nowhere."""
    today = {place.ou_id: place.ou_path for place in now if place.ou_id}
    found: Counter[str] = Counter()
    for place in placements:
        below = place.ou_path.removeprefix(ou)
        inside = place.ou_path == ou or (place.ou_path.startswith(ou) and below.startswith("/"))
        path = today.get(place.ou_id, "")
        if inside and path and path.endswith(below) and path != place.ou_path:
            found[path.removesuffix(below)] += 1
    return max(found, key=lambda path: (found[path], path), default=None)


def _sentence(ou: str, renamed: str | None) -> str:
    counts = f"The budget of {shown_ou(ou)} counts nothing: there is no account in such an OU."
    if renamed is None:
        return f"{counts} If the OU has another name now, or none, mend `budgets` in daybook.yaml."
    return (
        f"{counts} By its id the OU is {shown_ou(renamed)} now: name the budget so in daybook.yaml."
    )
