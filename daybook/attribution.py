"""Cost by OU under one of two trees: as it was on each day, or as it is today.

The archive is as it was, and stays so. Under today's tree an account's whole cost counts where the
account is now, so that one that moved does not look like a change of what its OUs spend.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from services.query.organization import Placement
from shared.config_outlook import UNMAPPED
from shared.money import exact_sum


class Tree(StrEnum):
    """Which tree of OUs a report counts under."""

    AS_WAS = "as-was"
    AS_IS = "as-is"


@dataclass(frozen=True)
class Spent:
    """What an account cost in one OU and currency, in the days of a report or those before."""

    account: str
    name: str
    ou_path: str
    currency: str
    amount: Decimal
    before: bool


@dataclass(frozen=True)
class Line:
    """An OU's own cost, without what is below it, in the days of a report and those before."""

    ou_path: str
    currency: str
    amount: Decimal
    before: Decimal

    @property
    def change(self) -> Decimal:
        """By how much it is more than before."""
        # copy_negate: a minus sign would round to the context's 28 digits.
        return exact_sum((self.amount, self.before.copy_negate()))


@dataclass(frozen=True)
class Moved:
    """An account that counted in several OUs, or is in another now; `now` is None if not asked."""

    account: str
    name: str
    ou_paths: tuple[str, ...]
    now: str | None
    lines: tuple[Line, ...]


def places_on(placements: Iterable[Placement], today: date) -> dict[str, str]:
    """Return each account's OU path today; one that is in none any more keeps its last."""
    begun = [place for place in placements if place.valid_from <= today]
    in_order = sorted(begun, key=lambda place: place.valid_from)
    return {place.account_id: place.ou_path for place in in_order}


def lines_of(spent: Iterable[Spent], places: Mapping[str, str] | None) -> list[Line]:
    """Add up exactly by OU and currency: as it was, or where `places` has the accounts now."""
    sums: dict[tuple[str, str], dict[bool, list[Decimal]]] = defaultdict(lambda: defaultdict(list))
    for cost in spent:
        path = cost.ou_path if places is None else places.get(cost.account, UNMAPPED)
        sums[path, cost.currency][cost.before].append(cost.amount)
    return [
        Line(path, currency, exact_sum(parts[False]), exact_sum(parts[True]))
        for (path, currency), parts in sorted(sums.items())
    ]


def moved_accounts(spent: Iterable[Spent], places: Mapping[str, str] | None) -> list[Moved]:
    """Return the accounts that the two trees, or the days compared, have in different OUs."""
    by_account: dict[str, list[Spent]] = defaultdict(list)
    for cost in sorted(spent, key=lambda cost: not cost.before):
        by_account[cost.account].append(cost)
    found = (_moved(account, costs, places) for account, costs in sorted(by_account.items()))
    return [moved for moved in found if len({*moved.ou_paths, moved.now or moved.ou_paths[0]}) > 1]


def _moved(account: str, costs: list[Spent], places: Mapping[str, str] | None) -> Moved:
    return Moved(
        account=account,
        name=costs[-1].name,
        ou_paths=tuple(dict.fromkeys(cost.ou_path for cost in costs)),
        now=None if places is None else places.get(account, UNMAPPED),
        lines=tuple(lines_of(costs, None)),
    )
