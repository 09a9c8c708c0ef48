"""The object ou-changes: why an OU's cost changed, per service and account.

One row for each of an OU's own accounts and services that cost something before or after, so a
subtree is the sum of its OUs. The five causes add up to `after - before` exactly (Decimal). No
row of a span at all means that the days to compare with are not archived. Amounts are in the cost
metric and currency of ou_outlook; before and after are at the rates of the same month.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import pyarrow as pa

from shared.breakdown import AMOUNT
from shared.money import exact_sum
from shared.rows import from_table, to_table

Span = Literal["day", "month"]
"""`day`: the day against the day before. `month`: month to date against as many days of the month
before (all of them, where it is shorter)."""
CAUSES = ("new", "gone", "usage", "price", "credits")
SCHEMA = pa.schema(
    [
        ("AsOf", pa.date32()),
        ("Span", pa.string()),
        ("OU", pa.string()),
        ("OUPath", pa.string()),
        ("Service", pa.string()),
        ("LinkedAccount", pa.string()),
        ("AccountName", pa.string()),
        ("Currency", pa.string()),
        ("Before", AMOUNT),
        ("After", AMOUNT),
        ("New", AMOUNT),
        ("Gone", AMOUNT),
        ("Usage", AMOUNT),
        ("Price", AMOUNT),
        ("Credits", AMOUNT),
    ]
)
_NONE = Decimal(0)


@dataclass(frozen=True)
class Change:
    """What an account's service cost before and after, and why it differs; as the columns are.

    `new`: it was not there before. `gone`: it is not there any more. `usage`: another amount of
    use at the old price, and all that has no price per unit (tax, support, fees). `price`: the use
    there is now, at another price. `credits`: credits, refunds and discounts.
    """

    as_of: date
    span: Span
    ou: str
    ou_path: str
    service: str
    account: str
    account_name: str
    currency: str
    before: Decimal
    after: Decimal
    new: Decimal = _NONE
    gone: Decimal = _NONE
    usage: Decimal = _NONE
    price: Decimal = _NONE
    credits: Decimal = _NONE

    @property
    def total(self) -> Decimal:
        """The change: what the five causes add up to."""
        return exact_sum(getattr(self, cause) for cause in CAUSES)


def within(changes: Iterable[Change], ou_path: str, span: Span) -> list[Change]:
    """Return what changed in an OU and all below it, one row per service, account and currency.

    An account that moved inside the subtree is neither new nor gone there: what differs counts
    as usage. Heaviest first.
    """
    groups: dict[tuple[str, str, str], list[Change]] = {}
    for each in changes:
        if each.span == span and (
            each.ou_path == ou_path or each.ou_path.startswith(f"{ou_path}/")
        ):
            groups.setdefault((each.service, each.account, each.currency), []).append(each)
    merged = [_merged(parts) for parts in groups.values()]
    return sorted(merged, key=lambda c: (-abs(c.total), c.service, c.account, c.currency))


def _merged(parts: list[Change]) -> Change:
    if len(parts) == 1:
        return parts[0]
    named = ("before", "after", *CAUSES)
    sums: dict[str, Any] = {n: exact_sum(getattr(part, n) for part in parts) for n in named}
    # Elsewhere in the subtree it was there before, or is there still.
    if not all(part.new for part in parts) and not all(part.gone for part in parts):
        sums["usage"] = exact_sum((sums["usage"], sums["new"], sums["gone"]))
        sums["new"] = sums["gone"] = _NONE
    return replace(parts[-1], **sums)


def changes_table(changes: list[Change]) -> pa.Table:
    """Return the rows as they are kept, in one order."""
    in_order = sorted(changes, key=lambda c: (c.span, c.ou_path, c.service, c.account, c.currency))
    return to_table(in_order, SCHEMA)


def changes_rows(table: pa.Table) -> list[Change]:
    """Read the rows back, in their order."""
    return from_table(Change, table, SCHEMA)
