"""Small CUR 2.0 exports, written as AWS Data Exports lays them out."""

import csv
import gzip
import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from services.query.sources import CUR2

Line = dict[str, Any]
MONEY = pa.decimal128(38, 12)
TYPES: dict[str, Any] = {
    "line_item_usage_start_date": pa.timestamp("us"),
    "line_item_usage_account_id": pa.string(),
    "line_item_line_item_type": pa.string(),
    "line_item_product_code": pa.string(),
    "line_item_currency_code": pa.string(),
    "line_item_unblended_cost": MONEY,
    "reservation_effective_cost": MONEY,
    "reservation_reservation_a_r_n": pa.string(),
    "reservation_unused_amortized_upfront_fee_for_billing_period": MONEY,
    "reservation_unused_recurring_fee": MONEY,
    "savings_plan_savings_plan_effective_cost": MONEY,
    "savings_plan_total_commitment_to_date": MONEY,
    "savings_plan_used_commitment": MONEY,
    "bill_bill_type": pa.string(),
    "bill_invoice_id": pa.string(),
    "line_item_line_item_description": pa.string(),
    "line_item_usage_account_name": pa.string(),
    "product": pa.map_(pa.string(), pa.string()),
    "product_servicecode": pa.string(),
    "bill_billing_entity": pa.string(),
    "line_item_operation": pa.string(),
    "line_item_usage_type": pa.string(),
    "line_item_usage_amount": pa.float64(),
    "product_region_code": pa.string(),
    "savings_plan_savings_plan_a_r_n": pa.string(),
    "line_item_net_unblended_cost": MONEY,
    "reservation_net_effective_cost": MONEY,
    "reservation_net_unused_amortized_upfront_fee_for_billing_period": MONEY,
    "reservation_net_unused_recurring_fee": MONEY,
    "reservation_amortized_upfront_fee_for_billing_period": MONEY,
    "savings_plan_net_savings_plan_effective_cost": MONEY,
    "savings_plan_amortized_upfront_commitment_for_billing_period": MONEY,
    "savings_plan_net_amortized_upfront_commitment_for_billing_period": MONEY,
}
OPTIONAL = tuple(column.name for column in CUR2.columns if not column.required)


def line(cost: str | None = "1", day: int = 16, **columns: Any) -> Line:
    """Return one line item of March 2026; columns by the end of their names, or in full."""
    usual: Line = dict.fromkeys(TYPES) | {
        "line_item_usage_start_date": datetime(2026, 3, day, 5, tzinfo=UTC),
        "line_item_usage_account_id": "111111111111",
        "line_item_line_item_type": "Usage",
        "line_item_product_code": "AmazonEC2",
        "line_item_currency_code": "USD",
        "line_item_unblended_cost": None if cost is None else Decimal(cost),
        "bill_bill_type": "Anniversary",
        "line_item_usage_account_name": "shop",
        "product": {"product_name": "Amazon Elastic Compute Cloud"},
        "product_servicecode": "AmazonEC2",
        "bill_billing_entity": "AWS",
    }
    return usual | {_full(name): value for name, value in columns.items()}


def _full(name: str) -> str:
    return next((column for column in TYPES if column.endswith(name)), name)


def parquet(
    lines: Sequence[Line],
    *,
    without: Sequence[str] = (),
    money: Any = MONEY,
    moment: Any = TYPES["line_item_usage_start_date"],
) -> bytes:
    """Write lines as Parquet; `money` and `moment` are types (AWS writes doubles)."""
    types = TYPES | {"line_item_usage_start_date": moment}
    fields = [
        (name, money if kind == MONEY else kind)
        for name, kind in types.items()
        if name not in without
    ]
    rows = [{name: _as(money, item[name]) for name, _ in fields} for item in lines]
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(fields)), sink)
    return sink.getvalue()


def _as(money: Any, value: Any) -> Any:
    return float(value) if money == pa.float64() and isinstance(value, Decimal) else value


def text(lines: Sequence[Line], *, without: Sequence[str] = ()) -> bytes:
    """Write lines as CSV."""
    names = [name for name in TYPES if name not in without]
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([[_cell(item[name]) for name in names] for item in lines])
    return sink.getvalue().encode()


def gzipped(lines: Sequence[Line], *, without: Sequence[str] = ()) -> bytes:
    """Write lines as gzip CSV."""
    return gzip.compress(text(lines, without=without), mtime=0)


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%S}.000Z"
    if isinstance(value, dict):
        return json.dumps(value)
    return "" if value is None else str(value)


def legacy(
    lines: Sequence[Line], *, columns: Sequence[str] = (), date: str = "%Y-%m-%dT%H:%M:%SZ"
) -> bytes:
    """Write lines as the CSV of a legacy CUR: by default the columns that any of them fills."""
    names = columns or [name for name in TYPES if any(item[name] is not None for item in lines)]
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow([legacy_header(name) for name in names])
    for item in lines:
        writer.writerow([_legacy_cell(item[name], date) for name in names])
    return sink.getvalue().encode()


def legacy_header(column: str) -> str:
    """Spell a column as the CSV of a legacy CUR does: `lineItem/UnblendedCost`."""
    if column == "product":
        return "product/ProductName"
    groups = {"line_item": "lineItem", "savings_plan": "savingsPlan"}
    group = next((name for name in groups if column.startswith(name)), column.partition("_")[0])
    words = column.removeprefix(f"{group}_").split("_")
    return f"{groups.get(group, group)}/{''.join(word.capitalize() for word in words)}"


def _legacy_cell(value: Any, date: str) -> str:
    if isinstance(value, datetime):
        return f"{value:{date}}"
    return str(value.get("product_name", "")) if isinstance(value, dict) else _cell(value)


def manifest(*uris: str, execution: str = "execution-1") -> bytes:
    """Write a Data Exports manifest."""
    return json.dumps({"executionId": execution, "dataFiles": list(uris)}).encode()


def write_export(root: Path, period: str = "2026-03", **files: bytes) -> None:
    """Write data files, named `name_ext`, and the manifest that lists them below `root`."""
    data = root / f"data/BILLING_PERIOD={period}"
    metadata = root / f"metadata/BILLING_PERIOD={period}"
    for folder in (data, metadata):
        folder.mkdir(parents=True, exist_ok=True)
    names = {name.replace("_", "."): body for name, body in files.items()}
    for name, body in names.items():
        (data / name).write_bytes(body)
    uris = [f"s3://bucket/cur/data/BILLING_PERIOD={period}/{name}" for name in names]
    (metadata / "cur-Manifest.json").write_bytes(manifest(*uris))
