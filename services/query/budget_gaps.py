"""Budgets that contradict each other, and OUs that none covers."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from services.query.organization import Placement
from shared.config_outlook import UNMAPPED, BudgetOfOu, newest_budgets, shown_ou
from shared.money import cents, exact_sum

MOST = 5
"""OUs that are named; of more the number is said."""
Amounts = Mapping[tuple[str, str], Decimal]
"""By OU path and currency."""


def budget_gaps(
    budgets: Iterable[BudgetOfOu],
    placements: Sequence[Placement],
    day: date,
    currencies: Collection[str] = (),
) -> list[str]:
    """Return a sentence for each OU whose parts have more budget than it, and one for OUs without.

    On `day`; nothing about OUs without where there is no budget at all. `currencies` are those that
    costs are held against budgets in: a budget in another covers nothing. Empty: not known.
    """
    newest = {key: budget.on(day) for key, budget in newest_budgets(budgets, day).items()}
    amounts = {key: amount for key, amount in newest.items() if amount is not None}
    return [*_contradictions(amounts), *_left_out(amounts, placements, day, currencies)]


def _contradictions(amounts: Amounts) -> Iterator[str]:
    for (ou, currency), amount in sorted(amounts.items()):
        parts = [
            below
            for (other, its), below in amounts.items()
            if its == currency and _nearest(other, currency, amounts) == ou
        ]
        total = exact_sum(parts)
        if total > amount:
            yield (
                f"The budgets below {shown_ou(ou)} add up to {cents(total)} {currency}, more than "
                f"its own {cents(amount)}."
            )


def _nearest(ou: str, currency: str, amounts: Amounts) -> str | None:
    """Return the OU with a budget that is nearest above another."""
    parts = ou.split("/")
    above = ("/".join(parts[:n]) for n in range(len(parts) - 1, 0, -1))
    return next((path for path in above if (path, currency) in amounts), None)


def _left_out(
    amounts: Amounts, placements: Sequence[Placement], day: date, currencies: Collection[str]
) -> Iterator[str]:
    covered = {ou for ou, currency in amounts if not currencies or currency in currencies}
    paths = {p.ou_path for p in placements if p.valid_from <= day < p.valid_to} - {UNMAPPED}
    bare = sorted(path for path in paths if not covered.intersection(_lineage(path)))
    if amounts and bare:
        of_it = any(currency not in currencies for _, currency in amounts) and sorted(currencies)
        kind = f" in {' or '.join(of_it)}" if of_it else ""
        more = f" and {len(bare) - MOST} more" if len(bare) > MOST else ""
        yield f"No budget{kind} covers {', '.join(map(shown_ou, bare[:MOST]))}{more}."


def _lineage(path: str) -> Iterator[str]:
    parts = path.split("/")
    return ("/".join(parts[: n + 1]) for n in range(len(parts)))
