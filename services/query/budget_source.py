"""Where the budgets of a run come from: daybook.yaml, and the limits of AWS Budgets."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Protocol

import structlog

from services.query.limits import Look, Seen, fold
from services.query.organization import Placement
from shared.config_outlook import AwsBudget, Budget, BudgetOfOu, shown_ou
from shared.errors import NotAnswered
from shared.ledger import Ledger
from shared.limits import AwsLimits, Limit, limits
from shared.locations import AWS_LIMITS
from shared.ports import ObjectStore

ACTIVE = "ACTIVE"
MOST_ACCOUNTS = 5
"""Accounts that a note names; of more the number is said."""
log = structlog.get_logger()


class Account(Protocol):
    """AWS Budgets of one account, as they are now."""

    async def seen(self, names: Collection[str]) -> dict[str, Seen]:
        """Return those of the named budgets that are there; raise NotAnswered."""


class BudgetSource(Protocol):
    """Gives the budgets."""

    async def observe(self, run: str) -> None:
        """Look how limits are now, where nobody else keeps their past."""

    async def read(self) -> "Budgets":
        """Return the budgets as they are known."""


@dataclass(frozen=True)
class Budgets:
    """What budgets there are, limits among them, and what went wrong when they were read."""

    known: tuple[BudgetOfOu, ...]
    trouble: tuple[str, ...] = ()

    def notes(self, placements: Sequence[Placement], day: date) -> list[str]:
        """Return what a reader must know of the limits that AWS Budgets states, on a day."""
        held = {b.asked.name: b for b in self.known if isinstance(b, Limit) and b.starts <= day}
        said = [note for limit in held.values() for note in _notes(limit, placements, day)]
        return [*self.trouble, *said]


@dataclass(frozen=True)
class WrittenBudgets:
    """Only those of daybook.yaml."""

    written: tuple[Budget, ...] = ()

    async def observe(self, run: str) -> None:
        """Nothing to do: the file holds its own past."""

    async def read(self) -> Budgets:
        """Return them."""
        return Budgets(self.written)


@dataclass(frozen=True)
class BudgetsWithLimits:
    """Those of daybook.yaml, and the limits of AWS Budgets as the ledger remembers them."""

    account: Account
    asked: tuple[AwsBudget, ...]
    written: tuple[Budget, ...]
    archive: ObjectStore
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def observe(self, run: str) -> None:
        """Look, and take in what was seen; a refusal holds nothing up, and is remembered."""
        names = [budget.name for budget in self.asked]
        at = self.now()
        try:
            look = Look(at, run, await self.account.seen(names))
        except NotAnswered as silence:
            log.warning("limits-not-read", error=str(silence))
            look = Look(at, run, {}, trouble=str(silence))
        await Ledger(self.archive).update(
            AWS_LIMITS, AwsLimits, partial(fold, look=look, names=names)
        )

    async def read(self) -> Budgets:
        """Read the limits as the ledger holds them."""
        entry = await Ledger(self.archive).read(AWS_LIMITS, AwsLimits)
        seen = entry.doc.budgets if entry else {}
        known: list[BudgetOfOu] = [*self.written, *limits(self.asked, seen, self.written)]
        return Budgets(tuple(known), _trouble(entry.doc) if entry else ())


def _trouble(doc: AwsLimits) -> tuple[str, ...]:
    if not doc.trouble:
        return ()
    remedy = "Give the query worker budgets:ViewBudget (read_budgets in infra/)"
    held = f"limits are as of {doc.read_at:%Y-%m-%d %H:%M} UTC" if doc.read_at else "no limit holds"
    return (f"AWS Budgets did not answer ({doc.trouble}): {held}. {remedy} if it was refused.",)


def _notes(limit: Limit, placements: Sequence[Placement], day: date) -> Iterator[str]:
    """Yield why a limit does not hold, or of which other accounts than the OU's it is."""
    if limit.on(day) is None:
        yield f"{shown_ou(limit.ou)} has no budget: {limit.why_none(day)}."
        return
    filtered = set(limit.said.accounts)
    inside = [place for place in placements if _within(place, limit.ou, day)]
    more = filtered - {place.account_id for place in inside}
    # One that is closed or gone costs little, and AWS may have taken it off the filter.
    less = {place.account_id for place in inside if place.status == ACTIVE} - filtered
    parts = (_named(more, "of accounts outside the OU"), _named(less, "not of its accounts"))
    if filtered and (more or less):
        name = f"The AWS budget {limit.asked.name} of {shown_ou(limit.ou)}"
        yield f"{name} is {' and '.join(part for part in parts if part)}."


def _within(place: Placement, ou: str, day: date) -> bool:
    return place.valid_from <= day < place.valid_to and f"{place.ou_path}/".startswith(f"{ou}/")


def _named(accounts: set[str], what: str) -> str:
    if not accounts:
        return ""
    first = ", ".join(sorted(accounts)[:MOST_ACCOUNTS])
    more = len(accounts) - MOST_ACCOUNTS
    return f"{what} {first}" + (f" and {more} more" if more > 0 else "")
