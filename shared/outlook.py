"""The table `finops_db.ou_outlook`: per OU and day, month to date against budget, and the light."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

import pyarrow as pa

from shared.breakdown import AMOUNT
from shared.rows import from_table, to_table

Light = Literal["red", "yellow", "green", "grey"]
NO_BUDGET = "no budget"
"""The reason of a light where no budget ever was; where one no longer holds, it says why."""
_BOUNDS = ("Low80", "High80", "Low95", "High95")
_WINDOWS = {
    "MonthEnd": _BOUNDS,
    "Next3Months": ("", *_BOUNDS),
    "Next6Months": ("", *_BOUNDS),
}
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
        *((f"{window}{end}", AMOUNT) for window, ends in _WINDOWS.items() for end in ends),
        ("BackTestError", pa.float64()),
        ("BackTests", pa.int32()),
    ]
)


@dataclass(frozen=True)
class Outlook:
    """One OU on one day, in one currency. Fields in the order of the table's columns.

    Low and high are the ends of the 80 and the 95 % interval, None where there is no forecast.
    `back_test_error`: by how much the month-long forecasts of the last `back_tests` months were
    off, as a share of what came.
    """

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
    month_end_low_80: Decimal | None = None
    month_end_high_80: Decimal | None = None
    month_end_low_95: Decimal | None = None
    month_end_high_95: Decimal | None = None
    next_3_months: Decimal | None = None
    next_3_months_low_80: Decimal | None = None
    next_3_months_high_80: Decimal | None = None
    next_3_months_low_95: Decimal | None = None
    next_3_months_high_95: Decimal | None = None
    next_6_months: Decimal | None = None
    next_6_months_low_80: Decimal | None = None
    next_6_months_high_80: Decimal | None = None
    next_6_months_low_95: Decimal | None = None
    next_6_months_high_95: Decimal | None = None
    back_test_error: float | None = None
    back_tests: int = 0


def outlook_table(outlooks: list[Outlook]) -> pa.Table:
    """Return the rows as they are archived, ordered by OU path and currency."""
    in_order = sorted(outlooks, key=lambda row: (row.ou_path, row.currency))
    return to_table(in_order, SCHEMA)


def outlook_rows(table: pa.Table) -> list[Outlook]:
    """Read the rows back; what a table written before there were forecasts lacks is not known."""
    return from_table(Outlook, table, SCHEMA)
