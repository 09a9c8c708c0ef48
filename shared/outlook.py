"""The table `finops_db.ou_outlook`: per OU and day, month to date against budget, and the light."""

from dataclasses import asdict, dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Literal

import pyarrow as pa

from shared.breakdown import AMOUNT

Light = Literal["red", "yellow", "green", "grey"]
SCHEMA = pa.schema(
    [
        ("AsOf", pa.date32()),
        ("OU", pa.string()),
        ("OUPath", pa.string()),
        ("Currency", pa.string()),
        ("OwnMonthToDate", AMOUNT),
        ("MonthToDate", AMOUNT),
        ("Budget", AMOUNT),
        ("MonthEndEstimate", AMOUNT),
        ("EstimateMethod", pa.string()),
        ("Light", pa.string()),
        ("Reason", pa.string()),
    ]
)


@dataclass(frozen=True)
class Outlook:
    """One OU on one day, in one currency. Fields in the order of the table's columns."""

    as_of: date
    ou: str
    ou_path: str
    currency: str
    own_month_to_date: Decimal
    month_to_date: Decimal
    budget: Decimal | None
    month_end_estimate: Decimal | None
    estimate_method: str
    light: Light
    reason: str


_NAMES = dict(zip((field.name for field in fields(Outlook)), SCHEMA.names, strict=True))


def outlook_table(outlooks: list[Outlook]) -> pa.Table:
    """Return the rows as they are archived, ordered by OU path and currency."""
    in_order = sorted(outlooks, key=lambda row: (row.ou_path, row.currency))
    rows = [{_NAMES[name]: value for name, value in asdict(row).items()} for row in in_order]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def outlook_rows(table: pa.Table) -> list[Outlook]:
    """Read the rows back."""
    return [
        Outlook(**{name: row[column] for name, column in _NAMES.items()})
        for row in table.to_pylist()
    ]
