"""Sections of `daybook.yaml` about the outlook: budgets, lights, planned events, anomalies."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Protocol, Self

from pydantic import BeforeValidator, Field, model_validator

from shared.config_parts import Strict
from shared.days import Period
from shared.money import Money

UNMAPPED = "Unmapped"
ROOT = "Root"


def shown_ou(path: str) -> str:
    """Return an OU's path as readers see it: below the root, unless that would read as another."""
    below = path.removeprefix(f"{ROOT}/")
    return path if below in (ROOT, UNMAPPED) else below


def normal_ou(path: Any) -> Any:
    """Accept an OU as the digest shows it (`Workloads/Prod`) or in full (`Root/Workloads/Prod`)."""
    if not isinstance(path, str) or not path or path.split("/")[0] in (ROOT, UNMAPPED):
        return path
    return f"{ROOT}/{path}"


OU_PATTERN = rf"^({UNMAPPED}|{ROOT}(/[^/]*[^/\s][^/]*)*)$"
OuPath = Annotated[str, BeforeValidator(normal_ou), Field(pattern=OU_PATTERN, max_length=1300)]
Percent = Annotated[Decimal, Field(ge=0, le=1000, allow_inf_nan=False)]
Growth = Annotated[Decimal, Field(gt=-100, le=1000, allow_inf_nan=False)]
BudgetAmount = Annotated[Money, Field(gt=0)]
CENT = Decimal("0.01")


class BudgetOfOu(Protocol):
    """A budget of an OU and everything below it, wherever it is stated."""

    @property
    def ou(self) -> str:
        """Its OU's path."""

    @property
    def currency(self) -> str:
        """ISO 4217 code."""

    @property
    def starts(self) -> date:
        """The first day (UTC) from which it takes the place of those before it."""

    @property
    def ends(self) -> date | None:
        """The last day (UTC) that it holds; None where none is set."""

    def on(self, day: date) -> Decimal | None:
        """Return the amount of a day's month; None where the budget does not hold."""

    def why_none(self, day: date) -> str:
        """Return in words why it has no amount on a day, for the light's reason."""


def newest_budgets(budgets: Iterable[BudgetOfOu], day: date) -> dict[tuple[str, str], BudgetOfOu]:
    """Return per OU path and currency the newest budget that has started by a day."""
    started = sorted((b for b in budgets if b.starts <= day), key=lambda budget: budget.starts)
    return {(budget.ou, budget.currency): budget for budget in started}


class Budget(Strict):
    """A budget of an OU and everything below it, from a date on: an amount a month, or a table.

    A later budget of the same OU takes its place from its own date on; the days before keep theirs.
    """

    ou: OuPath = Field(description="OU path; a parent covers its subtree; Root covers all OUs.")
    monthly: Money | None = Field(default=None, gt=0, description="Amount per calendar month.")
    growth_percent: Growth = Field(
        default=Decimal(0),
        description="With monthly: by how much it grows each year, on the day it started.",
    )
    months: dict[Period, BudgetAmount] = Field(
        default={},
        description="Instead of monthly: the amount of each month (YYYY-MM). After the last one, "
        "and in a month that it lacks, the light is grey.",
    )
    currency: str = Field(default="USD", pattern=r"^[A-Z]{3}$", description="ISO 4217 code.")
    starts: date = Field(
        alias="from", description="First day that it holds (UTC); of a table its first month's."
    )
    ends: date | None = Field(
        default=None,
        alias="until",
        description="Last day that it holds: after it the light is grey, until another begins.",
    )

    @model_validator(mode="before")
    @classmethod
    def _from_the_first_month(cls, fields: Any) -> Any:
        if isinstance(fields, dict) and fields.get("months") and not fields.get("from"):
            return fields | {"from": f"{min(map(str, fields['months']))}-01"}
        return fields

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.monthly is None) == (not self.months):
            raise ValueError("needs either monthly or months")
        if self.months and self.growth_percent:
            raise ValueError("growth_percent goes with monthly: a table says each month itself")
        if self.ends and self.ends < self.starts:
            raise ValueError("until is before from")
        return self

    def on(self, day: date) -> Decimal | None:
        """Return the amount of a day's month; None where the budget does not hold."""
        if day < self.starts or (self.ends and day > self.ends):
            return None
        if self.monthly is None:
            return self.months.get(Period.of(day))
        years = day.year - self.starts.year
        years -= (day.month, day.day) < (self.starts.month, self.starts.day)
        grown = self.monthly * (1 + self.growth_percent / 100) ** years
        return grown.quantize(CENT) if years and self.growth_percent else self.monthly

    def why_none(self, day: date) -> str:
        """Return in words why it has no amount on a day since it started."""
        if self.ends and day > self.ends:
            return f"the budget ended on {self.ends}"
        if max(self.months) < Period.of(day):
            return f"the budget's table ended with {max(self.months)}"
        return f"the budget's table has no {Period.of(day)}"


class AwsBudget(Strict):
    """A budget in AWS Budgets whose limit is the budget of an OU and everything below it.

    Its limit is kept in the ledger from the day on which a run first saw it.
    """

    name: str = Field(
        min_length=1,
        max_length=100,
        pattern=r"^[^:\\]+$",
        description="Its name in AWS Budgets, in the account of the workers.",
    )
    ou: OuPath = Field(description="OU path; a parent covers its subtree; Root covers all OUs.")
    currency: str = Field(
        default="USD",
        pattern=r"^[A-Z]{3}$",
        description="ISO 4217 code; a limit in another currency is not taken.",
    )


class PlannedEvent(Strict):
    """Something that is going to change what an OU costs, and that no history can know."""

    ou: OuPath = Field(description="OU path whose own cost it changes.")
    name: str = Field(min_length=1, max_length=80, description="What it is, for readers.")
    monthly: Money = Field(description="Amount per calendar month; negative when it saves.")
    currency: str = Field(default="USD", pattern=r"^[A-Z]{3}$", description="ISO 4217 code.")
    starts: date = Field(alias="from", description="First day of the change (UTC).")
    ends: date | None = Field(
        default=None, alias="until", description="Last day of the change; empty when it stays."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends and self.ends < self.starts:
            raise ValueError("until is before from")
        return self


class Thresholds(Strict):
    """When a light turns yellow or red, on the month-end estimate against the budget."""

    yellow_over_percent: Percent = Field(
        default=Decimal(0), description="Yellow when the estimate is more than this over budget."
    )
    red_over_percent: Percent = Field(
        default=Decimal(10),
        description="Red when the estimate is more than this over budget; yellow when the upper "
        "end of its 80 % interval is.",
    )
    floor: Money = Field(
        default=Decimal(0), ge=0, description="Overruns up to this amount do not turn yellow."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.red_over_percent < self.yellow_over_percent:
            raise ValueError("red_over_percent is below yellow_over_percent")
        return self


class OuThresholds(Thresholds):
    """Thresholds of an OU and everything below it."""

    ou: OuPath = Field(description="OU path; the OU nearest above decides.")


class Lights(Thresholds):
    """Thresholds of all OUs, and of those that have their own."""

    ous: tuple[OuThresholds, ...] = Field(
        default=(), description="OUs with thresholds of their own, which hold below them, too."
    )

    @model_validator(mode="after")
    def _one_of_an_ou(self) -> Self:
        paths = [each.ou for each in self.ous]
        if twice := sorted({path for path in paths if paths.count(path) > 1}):
            raise ValueError(f"{twice[0]} has thresholds twice")
        return self

    def of(self, ou_path: str) -> Thresholds:
        """Return the thresholds of an OU: its own, or those of the OU nearest above."""
        above = [each for each in self.ous if f"{ou_path}/".startswith(f"{each.ou}/")]
        return max(above, key=lambda each: len(each.ou), default=self)


class Acknowledged(Strict):
    """An anomaly that somebody has looked at: it stays quiet."""

    account: str = Field(pattern=r"^\d{12}$", description="Linked account of the anomaly.")
    service: str | None = Field(
        default=None, min_length=1, description="Service as it is shown; empty: all of the account."
    )
    on: date = Field(description="Any day of the event (UTC), such as the one it is told since.")
    reason: str = Field(min_length=1, max_length=200, description="Why it is fine, for readers.")


class Anomalies(Strict):
    """What is told of cost that is not as expected."""

    floor: Money = Field(
        default=Decimal(10),
        gt=0,
        description="An event is told once it has cost or saved this much in all.",
    )
    acknowledged: tuple[Acknowledged, ...] = Field(
        default=(), description="Events that stay quiet; others of the account are told."
    )
