"""Days that were archived before Daybook: the table's five contract columns, and nothing else.

Such a day says neither its currency nor which cost it is. The currency is in the ledger's record of
the day, which `daybook adopt` writes; the cost stands for every metric that is always there.
"""

from decimal import Decimal

import pyarrow as pa

from shared.breakdown import AMOUNT, ARCHIVED
from shared.config_outlook import ROOT, UNMAPPED
from shared.money import to_scale

CONTRACT = pa.schema([ARCHIVED.field(index) for index in range(5)])
"""BillingDate, OU, Service, LinkedAccount, DailyCost."""


def is_adopted(table: pa.Table) -> bool:
    """Say whether a table has the five columns only."""
    return "Currency" not in table.column_names


def with_adopted_columns(table: pa.Table, currency: str) -> pa.Table:
    """Return an adopted day with every column that an archived one has; net costs are not known.

    A double stands for the shortest decimal that it is read as, to twelve places.
    """
    costs = [to_scale(Decimal(repr(cost))) for cost in table["DailyCost"].to_pylist()]
    count = len(costs)
    columns = {
        **{name: table[name] for name in CONTRACT.names},
        "AccountName": [""] * count,
        "OUId": [""] * count,
        "OUPath": [ou_path(ou) for ou in table["OU"].to_pylist()],
        "ChargeType": ["Usage"] * count,
        "UnblendedCost": pa.array(costs, AMOUNT),
        "AmortizedCost": pa.array(costs, AMOUNT),
        "Currency": [currency] * count,
        "NetUnblendedCost": pa.nulls(count, AMOUNT),
        "NetAmortizedCost": pa.nulls(count, AMOUNT),
    }
    return pa.table({name: columns[name] for name in ARCHIVED.names}).cast(ARCHIVED)


def ou_path(ou: str) -> str:
    """Return the path from the root, as the other days have it."""
    whole = ou in (ROOT, UNMAPPED) or ou.startswith(f"{ROOT}/")
    return ou if whole else f"{ROOT}/{ou}"
