"""Exact money: decimals that are never rounded on the way and never mixed across currencies."""

from collections.abc import Iterable
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from functools import reduce
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

SCALE = 12
"""Decimal places that every amount carries: `decimal(38,12)` in Athena, DuckDB and Parquet."""

_EXACT = Context(prec=76, traps=[Inexact, InvalidOperation, Overflow, DivisionByZero])
_CENT = Decimal("0.01")


def plain(amount: Decimal) -> str:
    """Write an amount without exponent and without trailing zeros: `0.0000001`, `12.5`, `0`."""
    text = format(amount, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def cents(amount: Decimal) -> str:
    """Write an amount for a reader, rounded half-even to the cent: `1,234.50`."""
    rounded = amount.quantize(_CENT)
    return f"{rounded or abs(rounded):,}"


def exact_sum(amounts: Iterable[Decimal]) -> Decimal:
    """Add amounts; raise decimal.Inexact rather than lose a digit."""
    return reduce(_EXACT.add, amounts, Decimal(0))


Money = Annotated[
    Decimal,
    PlainSerializer(plain, return_type=str),
    Field(allow_inf_nan=False, max_digits=38, decimal_places=SCALE),
]
"""A decimal that travels as a plain decimal string."""


class Amounts(BaseModel):
    """Unblended and amortized cost in one currency."""

    model_config = ConfigDict(frozen=True)

    currency: str = Field(description="ISO 4217 code as the export bills it.")
    unblended: Money = Field(description="Sum of line_item_unblended_cost.")
    amortized: Money = Field(description="Cost with upfront and recurring fees spread over use.")

    def metric(self, name: str) -> Decimal:
        """Return the amount of a cost metric, `unblended` or `amortized`."""
        return {"unblended": self.unblended, "amortized": self.amortized}[name]


def add_amounts(parts: Iterable[Amounts]) -> tuple[Amounts, ...]:
    """Add amounts currency by currency, ordered by currency code."""
    by_currency: dict[str, list[Amounts]] = {}
    for part in parts:
        by_currency.setdefault(part.currency, []).append(part)
    return tuple(
        Amounts(
            currency=currency,
            unblended=exact_sum(part.unblended for part in group),
            amortized=exact_sum(part.amortized for part in group),
        )
        for currency, group in sorted(by_currency.items())
    )
