"""Small FOCUS exports."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from services.query.sources import MONEY, SOURCES, TIMESTAMP

Charge = dict[str, Any]
_ARROW = {MONEY: pa.float64(), TIMESTAMP: pa.timestamp("ms", tz="UTC")}
COLUMNS = {column.name: column.kind for column in SOURCES["focus"].columns}
AWS_COLUMNS = ("x_Operation", "x_ServiceCode")


def charge(billed: str = "1", effective: str | None = None, day: int = 16, **more: Any) -> Charge:
    """Return one charge of March 2026."""
    usual: Charge = dict.fromkeys(COLUMNS) | {
        "ChargePeriodStart": datetime(2026, 3, day, 5, tzinfo=UTC),
        "SubAccountId": "111111111111",
        "SubAccountName": "shop",
        "ServiceName": "Amazon Elastic Compute Cloud",
        "ChargeCategory": "Usage",
        "ChargeFrequency": "Usage-Based",
        "BilledCost": Decimal(billed),
        "EffectiveCost": Decimal(billed if effective is None else effective),
        "BillingCurrency": "USD",
        "ProviderName": "AWS",
        "PublisherName": "Amazon Web Services, Inc.",
        "x_ServiceCode": "AmazonEC2",
    }
    return usual | more


def focus_parquet(charges: Sequence[Charge], *, without: Sequence[str] = ()) -> bytes:
    """Write charges as Data Exports does: costs are doubles, times are UTC."""
    kinds = {name: kind for name, kind in COLUMNS.items() if name not in without}
    schema = pa.schema([(name, _ARROW.get(kind, pa.string())) for name, kind in kinds.items()])
    rows = [{name: _double(item[name]) for name in kinds} for item in charges]
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), sink)
    return sink.getvalue()


def focus_text(
    charges: Sequence[Charge], *, without: Sequence[str] = (), null: str = "NULL"
) -> bytes:
    """Write charges as CSV; `null` is what stands for null."""
    names = [name for name in COLUMNS if name not in without]
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(names)
    writer.writerows([[_cell(item[name], null) for name in names] for item in charges])
    return sink.getvalue().encode()


def _double(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _cell(value: Any, null: str) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return null if value is None else str(value)


def billed(month: int, charges: Sequence[Charge]) -> list[Charge]:
    """Return the charges as those of a month of 2026."""
    start = datetime(2026, month, 1, tzinfo=UTC)
    return [item | {"ChargePeriodStart": start.replace(day=3)} for item in charges]
