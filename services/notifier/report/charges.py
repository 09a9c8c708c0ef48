"""Gross, credits and net, so that a credit never hides consumption (docs/numbers.md)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
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
ByType = dict[tuple[str, str, str], Decimal]
"""Cost by currency, OU path and charge type."""
Typed = tuple[str, Decimal]
"""A charge type and a cost of it."""


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
        return self.gave_back or self.discounts is not None

    @property
    def gave_back(self) -> bool:
        """Whether there is a credit or a refund, so that net hides what was consumed."""
        return (self.credits, self.refunds) != (None, None)

    def __str__(self) -> str:
        given = [("credits", self.credits), ("refunds", self.refunds)]
        after = "" if self.discounts is None else f" (after discounts of {cents(-self.discounts)})"
        back = "".join(f", {name} {cents(part)}" for name, part in given if part is not None)
        return f"gross {cents(self.gross)}{after}{back}, net {cents(self.net)}"


def by_type(table: pa.Table, metric: str) -> ByType:
    """Add up a table exactly; raise InputError when it does not state the metric."""
    if not states(table, metric):
        raise not_stated(metric, "the archive")
    amount = METRICS[metric]
    keys = ("Currency", "OUPath", "ChargeType")
    sums = table.group_by(list(keys)).aggregate([(amount, "sum")])
    return {
        (row["Currency"], row["OUPath"], row["ChargeType"]): row[f"{amount}_sum"]
        for row in sums.to_pylist()
    }


def inside(parts: Iterable[ByType], within: Callable[[str], bool]) -> list[ByType]:
    """Keep what is of the OUs whose paths are wanted."""
    return [{key: cost for key, cost in part.items() if within(key[1])} for part in parts]


def charges(parts: Iterable[ByType]) -> dict[str, Charges]:
    """Return the charges of all parts together, by currency."""
    costs: dict[str, list[Typed]] = defaultdict(list)
    for part in parts:
        for (currency, _, kind), cost in part.items():
            costs[currency].append((kind, cost))
    return {currency: _charges(costs[currency]) for currency in sorted(costs)}


def charges_by_ou(parts: Iterable[ByType]) -> dict[tuple[str, str], Charges]:
    """Return the charges by currency and OU path, of each OU with everything below it."""
    own: dict[tuple[str, str, str], list[Decimal]] = defaultdict(list)
    for part in parts:
        for key, cost in part.items():
            own[key].append(cost)
    costs: dict[tuple[str, str], list[Typed]] = defaultdict(list)
    for (currency, ou_path, kind), amounts in own.items():
        names = ou_path.split("/")
        for depth in range(len(names)):
            place = (currency, "/".join(names[: depth + 1]))
            costs[place].append((kind, exact_sum(amounts)))
    return {place: _charges(typed) for place, typed in costs.items()}


def _charges(costs: Sequence[Typed]) -> Charges:
    def of(wanted: str) -> Decimal | None:
        found = [cost for kind, cost in costs if kind == wanted]
        return exact_sum(found) if found else None

    return Charges(
        gross=exact_sum(cost for kind, cost in costs if kind not in (CREDIT, REFUND)),
        credits=of(CREDIT),
        refunds=of(REFUND),
        discounts=of(DISCOUNT),
    )


def differing(day: Charges | None, month: Charges | None) -> tuple[tuple[str, Charges], ...]:
    """Return the charges of a day and of its month that net alone does not tell, with a name."""
    named = (("Day", day), ("Month to date", month))
    return tuple((name, each) for name, each in named if each and each.differ)


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
