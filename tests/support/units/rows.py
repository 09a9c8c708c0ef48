"""Rows of the breakdown: a test says only the columns that it is about."""

from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from shared.breakdown import ARCHIVED, STAGED
from shared.money import Amounts

DAY = date(2026, 3, 16)
Row = dict[str, Any]


def row(cost: str = "1", **columns: Any) -> Row:
    """Return one row whose unblended and amortized cost are `cost` unless told otherwise."""
    return {
        "BillingDate": DAY,
        "OU": "Workloads/Prod",
        "Service": "AmazonEC2",
        "LinkedAccount": "111111111111",
        "AccountName": "shop",
        "OUId": "",
        "OUPath": "Root/Workloads/Prod",
        "ChargeType": "Usage",
        "UnblendedCost": Decimal(cost),
        "AmortizedCost": Decimal(cost),
        "Currency": "USD",
    } | columns


def staged_table(*rows: Row) -> pa.Table:
    """Return rows as the query worker stages them."""
    return pa.Table.from_pylist(list(rows), schema=STAGED)


def archived_table(*rows: Row) -> pa.Table:
    """Return rows as they are archived, in the order given."""
    daily = [{**each, "DailyCost": float(each["AmortizedCost"])} for each in rows]
    return pa.Table.from_pylist(daily, schema=ARCHIVED)


def usd(unblended: str, amortized: str | None = None, *, currency: str = "USD") -> Amounts:
    """Return amounts in one currency."""
    amount = unblended if amortized is None else amortized
    return Amounts(currency=currency, unblended=Decimal(unblended), amortized=Decimal(amount))
