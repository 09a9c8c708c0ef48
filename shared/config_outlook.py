"""Sections of `daybook.yaml` about the outlook: budgets, lights, planned events, anomalies."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from shared.config_parts import Strict
from shared.money import Money

UNMAPPED = "Unmapped"
ROOT = "Root"


def normal_ou(path: Any) -> Any:
    """Accept an OU as the digest shows it (`Workloads/Prod`) or in full (`Root/Workloads/Prod`)."""
    if not isinstance(path, str) or not path or path.split("/")[0] in (ROOT, UNMAPPED):
        return path
    return f"{ROOT}/{path}"


OU_PATTERN = rf"^({UNMAPPED}|{ROOT}(/[^/]*[^/\s][^/]*)*)$"
OuPath = Annotated[str, BeforeValidator(normal_ou), Field(pattern=OU_PATTERN, max_length=1300)]
Percent = Annotated[Decimal, Field(ge=0, le=1000, allow_inf_nan=False)]


class Budget(Strict):
    """A monthly budget of an OU and everything below it, from a date on."""

    ou: OuPath = Field(description="OU path; a parent covers its subtree; Root covers all OUs.")
    monthly: Money = Field(gt=0, description="Amount per calendar month.")
    currency: str = Field(default="USD", pattern=r"^[A-Z]{3}$", description="ISO 4217 code.")
    starts: date = Field(alias="from", description="First day that the amount holds (UTC).")


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


class Lights(Strict):
    """When a light turns yellow or red, on the month-end estimate against the budget."""

    yellow_over_percent: Percent = Field(
        default=Decimal(0), description="Yellow when the estimate is more than this over budget."
    )
    red_over_percent: Percent = Field(
        default=Decimal(10), description="Red when the estimate is more than this over budget."
    )
    floor: Money = Field(
        default=Decimal(0), ge=0, description="Overruns up to this amount do not turn yellow."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.red_over_percent < self.yellow_over_percent:
            raise ValueError("red_over_percent is below yellow_over_percent")
        return self


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
