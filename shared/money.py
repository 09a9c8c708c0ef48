"""Exact money: decimals that are never rounded on the way and never mixed across currencies."""

from collections.abc import Iterable
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from functools import reduce
from typing import Annotated

from pydantic import Field, PlainSerializer

from shared.errors import InputError
from shared.frozen import Frozen

SCALE = 12
"""Decimal places that every amount carries: `decimal(38,12)` in Athena, DuckDB and Parquet."""

_EXACT = Context(prec=76, traps=[Inexact, InvalidOperation, Overflow, DivisionByZero])
_WIDE = Context(prec=76)
_UNIT = Decimal(1).scaleb(-SCALE)
_CENT = Decimal("0.01")
MINUS = "\N{MINUS SIGN}"
"""The sign of what is below zero, for readers: as wide as a digit. Machines get a hyphen."""
HALF_UNIT = _UNIT / 2
"""By how much at most an amount that `to_scale` rounded is off."""


def plain(amount: Decimal) -> str:
    """Write an amount without exponent and without trailing zeros: `0.0000001`, `12.5`, `0`."""
    text = format(amount, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def cents(amount: Decimal) -> str:
    """Write an amount for a reader, rounded half-even to the cent: `1,234.50`."""
    rounded = amount.quantize(_CENT)
    return f"{MINUS if rounded < 0 else ''}{abs(rounded):,}"


def exact_sum(amounts: Iterable[Decimal]) -> Decimal:
    """Add amounts; raise decimal.Inexact rather than lose a digit."""
    return reduce(_EXACT.add, amounts, Decimal(0))


def exact_product(amount: Decimal, factor: Decimal) -> Decimal:
    """Multiply; raise decimal.Inexact rather than lose a digit."""
    return _EXACT.multiply(amount, factor)


def to_scale(amount: Decimal) -> Decimal:
    """Round half-even to the decimal places that a table holds; what was billed has no more."""
    rounded = amount.quantize(_UNIT, context=_WIDE)
    return amount if rounded == amount else rounded


Money = Annotated[
    Decimal,
    PlainSerializer(plain, return_type=str),
    Field(allow_inf_nan=False, max_digits=38, decimal_places=SCALE),
]
"""A decimal that travels as a plain decimal string."""


class Amounts(Frozen):
    """A cost in one currency by every metric; the net ones only if the export states net costs."""

    currency: str = Field(description="ISO 4217 code as the export bills it.")
    unblended: Money = Field(description="Sum of line_item_unblended_cost.")
    amortized: Money = Field(description="Cost with upfront and recurring fees spread over use.")
    net_unblended: Money | None = Field(
        default=None, description="Unblended cost after private discounts; null if not stated."
    )
    net_amortized: Money | None = Field(
        default=None, description="Amortized cost after private discounts; null if not stated."
    )

    def states(self, metric: str) -> bool:
        """Say whether the export states a cost metric."""
        return self._by_metric[metric] is not None

    def metric(self, name: str) -> Decimal:
        """Return the amount of a cost metric; raise InputError when it is not stated."""
        amount = self._by_metric[name]
        if amount is None:
            raise not_stated(name, "the archive")
        return amount

    @property
    def _by_metric(self) -> dict[str, Decimal | None]:
        return {
            "unblended": self.unblended,
            "amortized": self.amortized,
            "net_unblended": self.net_unblended,
            "net_amortized": self.net_amortized,
        }


def not_stated(metric: str, where: object) -> InputError:
    """Return the error for a cost metric that an export does not state."""
    return InputError(
        where,
        f"has no {metric} cost: AWS states net costs for private pricing only",
        "Set cost_metric to amortized or unblended",
    )


def exact_sum_if_known(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Add amounts exactly; None as soon as one is not known."""
    known = list(amounts)
    return None if None in known else exact_sum(amount for amount in known if amount is not None)


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
            net_unblended=exact_sum_if_known(part.net_unblended for part in group),
            net_amortized=exact_sum_if_known(part.net_amortized for part in group),
        )
        for currency, group in sorted(by_currency.items())
    )
