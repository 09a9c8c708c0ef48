"""Limits of AWS Budgets as budgets of OUs: what they said from which day on, in the ledger.

AWS Budgets knows only how its limits are now, so the query worker looks with every run and the
ledger remembers: a day that is assessed again has the limit that it had. The document is
`ledger/budgets/aws.json`; `services/query/limits.py` says how it grows.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pydantic import AwareDatetime, Field

from shared.config_outlook import AwsBudget, BudgetOfOu
from shared.days import ONE_DAY, Period
from shared.frozen import Frozen
from shared.ledger import Ledger
from shared.locations import AWS_LIMITS
from shared.money import Money
from shared.ports import ObjectStore

NEVER_READ = "AWS Budgets has not been read yet"


class Stated(Frozen):
    """What a budget of AWS Budgets says: one amount a month, or a plan of months; or why neither.

    Days are UTC. `unusable` is said after the budget's name: "is QUARTERLY".
    """

    currency: str = Field(default="", description="Unit of the limit: an ISO 4217 code.")
    monthly: Money | None = Field(default=None, description="The limit of every month.")
    months: dict[Period, Money] = Field(default={}, description="The plan: limits by month.")
    starts: date = Field(default=date.min, description="First day of the budget's time period.")
    ends: date | None = Field(default=None, description="Last day of it; null: none is set.")
    accounts: tuple[str, ...] = Field(default=(), description="Linked accounts it is filtered by.")
    unusable: str = Field(default="", description="Why it can be no budget of an OU; else empty.")


class Sighting(Stated):
    """What was stated, from the day on which it was first seen."""

    since: date = Field(description="First day (UTC) that it speaks for; 0001-01-01: assumed.")

    @property
    def stated(self) -> Stated:
        """What was stated, without its day."""
        return Stated(**self.model_dump(exclude={"since"}))


class AwsLimits(Frozen):
    """Every mapped budget's sightings, oldest first: the ledger's document."""

    looked_at: AwareDatetime = Field(description="When a run last asked (UTC).")
    run: str = Field(description="The run that asked.")
    trouble: str = Field(default="", description="Why AWS did not answer it; empty: it did.")
    read_at: AwareDatetime | None = Field(default=None, description="When AWS last answered.")
    budgets: dict[str, tuple[Sighting, ...]] = Field(default={}, description="By budget name.")


@dataclass(frozen=True)
class Limit:
    """A sighting as the budget of an OU, from `starts` on."""

    asked: AwsBudget
    starts: date
    said: Stated

    @property
    def ou(self) -> str:
        """Its OU's path."""
        return self.asked.ou

    @property
    def currency(self) -> str:
        """The currency that daybook.yaml expects, ISO 4217."""
        return self.asked.currency

    @property
    def ends(self) -> date | None:
        """The last day of the budget's time period."""
        return self.said.ends

    def on(self, day: date) -> Decimal | None:
        """Return the limit of a day's month; None where it does not hold."""
        return None if self._void(day) else self._amount(day)

    def why_none(self, day: date) -> str:
        """Return in words why there is no limit on a day, AWS's going on notwithstanding."""
        name = f"the AWS budget {self.asked.name}"
        if void := self._void(day):
            return void if void == NEVER_READ else f"{name} {void}"
        if max(self.said.months) < Period.of(day):
            return f"the plan of {name} ended with {max(self.said.months)}"
        if Period.of(day) in self.said.months:
            return f"the plan of {name} has a limit of nothing for {Period.of(day)}"
        return f"the plan of {name} has no limit for {Period.of(day)}"

    def _amount(self, day: date) -> Decimal | None:
        if not self.said.months:
            return self.said.monthly
        limit = self.said.months.get(Period.of(day))
        return limit if limit and limit > 0 else None

    def _void(self, day: date) -> str:
        """Return why nothing that it says counts on a day; empty where it does."""
        if self.said.unusable:
            return self.said.unusable
        if self.said.currency != self.currency:
            return f"is in {self.said.currency}, and daybook.yaml expects {self.currency}"
        if day < self.said.starts:
            return f"starts on {self.said.starts}"
        return f"ended on {self.said.ends}" if self.said.ends and day > self.said.ends else ""


async def budgets_of(
    archive: ObjectStore, written: tuple[BudgetOfOu, ...], asked: tuple[AwsBudget, ...]
) -> tuple[BudgetOfOu, ...]:
    """Return what is written of budgets, and the asked limits as the ledger has them."""
    if not asked:
        return written
    entry = await Ledger(archive).read(AWS_LIMITS, AwsLimits)
    return *written, *limits(asked, entry.doc.budgets if entry else {}, written)


def limits(
    asked: Iterable[AwsBudget],
    seen: Mapping[str, tuple[Sighting, ...]],
    written: Iterable[BudgetOfOu] = (),
) -> Iterator[Limit]:
    """Yield the limits of each mapped budget; they hold after what is written of the same OU."""
    ends = {(each.ou, each.currency): each.ends for each in sorted(written, key=lambda b: b.starts)}
    unread = (Sighting(since=date.min, unusable=NEVER_READ),)
    for budget in asked:
        last = ends.get((budget.ou, budget.currency))
        after = last + ONE_DAY if last else date.min
        for sighting in seen.get(budget.name, unread):
            yield Limit(budget, max(sighting.since, after), sighting.stated)
