"""Gross, credits and net, so that a credit never hides consumption (docs/numbers.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pyarrow as pa

from shared.archive import read_earlier_day
from shared.breakdown import METRICS, states
from shared.days import Period
from shared.money import cents, exact_sum, not_stated
from shared.ports import ObjectStore

CREDIT, REFUND, DISCOUNT = "Credit", "Refund", "Discount"
ByType = dict[tuple[str, str], Decimal]
"""Cost by currency and charge type."""


@dataclass(frozen=True)
class Charges:
    """Costs in one currency; credits, refunds and discounts are None where there is no such line.

    Gross is after discounts, and net is gross with credits and refunds.
    """

    gross: Decimal
    credits: Decimal | None
    refunds: Decimal | None
    discounts: Decimal | None

    @property
    def net(self) -> Decimal:
        """The total."""
        return exact_sum((self.gross, self.credits or Decimal(0), self.refunds or Decimal(0)))

    @property
    def differ(self) -> bool:
        """Whether anything was given back or taken off, so that net alone does not say it all."""
        return (self.credits, self.refunds, self.discounts) != (None, None, None)

    def __str__(self) -> str:
        given = [("credits", self.credits), ("refunds", self.refunds)]
        after = "" if self.discounts is None else f" (after discounts of {cents(self.discounts)})"
        back = "".join(f", {name} {cents(part)}" for name, part in given if part is not None)
        return f"gross {cents(self.gross)}{after}{back}, net {cents(self.net)}"


def by_type(table: pa.Table, metric: str) -> ByType:
    """Add up a table exactly; raise InputError when it does not state the metric."""
    if not states(table, metric):
        raise not_stated(metric, "the archive")
    amount = METRICS[metric]
    sums = table.group_by(["Currency", "ChargeType"]).aggregate([(amount, "sum")])
    return {(row["Currency"], row["ChargeType"]): row[f"{amount}_sum"] for row in sums.to_pylist()}


def charges(parts: list[ByType]) -> dict[str, Charges]:
    """Return the charges of all parts together, by currency."""
    currencies = sorted({currency for part in parts for currency, _ in part})
    return {currency: _in_currency(currency, parts) for currency in currencies}


def _in_currency(currency: str, parts: list[ByType]) -> Charges:
    costs = [
        (kind, cost) for part in parts for (where, kind), cost in part.items() if where == currency
    ]

    def of(wanted: str) -> Decimal | None:
        found = [cost for kind, cost in costs if kind == wanted]
        return exact_sum(found) if found else None

    return Charges(
        gross=exact_sum(cost for kind, cost in costs if kind not in (CREDIT, REFUND)),
        credits=of(CREDIT),
        refunds=of(REFUND),
        discounts=of(DISCOUNT),
    )


async def month_to_date(
    store: ObjectStore, day: date, read: Mapping[date, pa.Table], metric: str
) -> list[ByType]:
    """Return the charges of the billing period's archived days until `day`.

    Those in `read` are not read again.
    """
    parts = []
    for each in Period.of(day).days(until=day):
        if each in read:
            parts.append(by_type(read[each], metric))
        elif archived := await read_earlier_day(store, each):
            parts.append(by_type(archived.rows, metric))
    return parts
