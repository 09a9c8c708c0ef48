"""Small sections of `daybook.yaml`, and what all sections are made of."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from shared.days import Period
from shared.frozen import Frozen
from shared.money import SCALE


class Strict(Frozen):
    """Frozen, and a field that it does not know is refused."""

    model_config = ConfigDict(extra="forbid")


CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Rate = Annotated[Decimal, Field(gt=0, max_digits=20, decimal_places=SCALE, allow_inf_nan=False)]


class Currency(Strict):
    """The currency that the digest and the lights are in; the archive keeps what was billed."""

    display: CurrencyCode = Field(description="ISO 4217 code.")
    rates: dict[Period, dict[CurrencyCode, Rate]] = Field(
        default={},
        description="By month (YYYY-MM), what one unit of each billed currency is in the display "
        "currency. A month that lacks the rate of a currency in its export has no digest.",
    )

    @model_validator(mode="after")
    def _no_rate_to_itself(self) -> Self:
        for month, rates in self.rates.items():
            if self.display in rates:
                raise ValueError(f"{month} has a rate from {self.display} to itself: take it out")
        return self


class Compare(Strict):
    """What AWS says elsewhere, held against the archive with each tick; a gap is shown, and why."""

    cost_explorer: bool = Field(
        default=False,
        description="Compare with Cost Explorer. AWS charges USD 0.01 for each request: one a "
        "billing period, and where there is a gap more, to name the accounts.",
    )
    most_requests: int = Field(
        default=5, ge=1, le=100, description="Requests to Cost Explorer a billing period, at most."
    )
    invoices: bool = Field(
        default=False,
        description="Compare the lines of each invoice that the export names with AWS Invoicing.",
    )


class Gap(Strict):
    """Days of which nothing is left anywhere: the audit does not ask for them."""

    first_day: date = Field(description="First billing day (UTC).")
    last_day: date = Field(description="Last billing day (UTC).")
    reason: str = Field(min_length=1, description="Why they are given up, for who reads it later.")

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.last_day < self.first_day:
            raise ValueError(f"last_day {self.last_day} is before first_day {self.first_day}")
        return self

    def has(self, day: date) -> bool:
        """Say whether a day is one of them."""
        return self.first_day <= day <= self.last_day
