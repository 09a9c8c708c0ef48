"""The example export, read back line by line for its tests."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from daybook.example import ExampleExport

Line = dict[str, Any]

KIND = "line_item_line_item_type"
COST = "line_item_unblended_cost"
ACCOUNT = "line_item_usage_account_id"
START = "line_item_usage_start_date"
END = "line_item_usage_end_date"
EFFECTIVE = "savings_plan_savings_plan_effective_cost"
COMMITTED = "savings_plan_total_commitment_to_date"
USED = "savings_plan_used_commitment"
RESERVED = "reservation_effective_cost"
UNUSED = "reservation_unused_recurring_fee"
UNUSED_UPFRONT = "reservation_unused_amortized_upfront_fee_for_billing_period"
UPFRONT = "reservation_amortized_upfront_fee_for_billing_period"
READ = [
    *(KIND, COST, ACCOUNT, START, END, EFFECTIVE, COMMITTED, USED),
    *(RESERVED, UNUSED, UNUSED_UPFRONT, UPFRONT),
    *("bill_invoice_id", "bill_billing_entity", "line_item_product_code", "product"),
]
EARLY = date(2026, 3, 1)


def read(example: ExampleExport, columns: list[str] | None = None) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = defaultdict(list)
    for file in data_files(example):
        found[file.parent.name.removeprefix("BILLING_PERIOD=")] += (
            pq.ParquetFile(file).read(columns).to_pylist()
        )
    return found


def data_files(example: ExampleExport) -> list[Path]:
    return sorted(example.source.glob("data/*/*"))


def fingerprints(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def total(rows: Iterable[Line], column: str = COST) -> Decimal:
    # repr is what the export says; summing doubles would hide a missing tenth decimal.
    return sum((Decimal(repr(row[column])) for row in rows), Decimal(0))


def of(rows: Iterable[Line], kind: str) -> list[Line]:
    return [row for row in rows if row[KIND] == kind]


def by_day(rows: Iterable[Line]) -> dict[date, list[Line]]:
    days: dict[date, list[Line]] = defaultdict(list)
    for row in rows:
        days[row[START].date()].append(row)
    return days


def amortized(row: Line) -> float:
    formulas: dict[str, Callable[[], float]] = {
        "SavingsPlanCoveredUsage": lambda: row[EFFECTIVE],
        "SavingsPlanNegation": lambda: 0.0,
        "SavingsPlanRecurringFee": lambda: row[COMMITTED] - row[USED],
        "DiscountedUsage": lambda: row[RESERVED],
        "RIFee": lambda: row[UNUSED] + row[UNUSED_UPFRONT],
    }
    return formulas.get(row[KIND], lambda: float(row[COST]))()
