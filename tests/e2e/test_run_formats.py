"""`daybook run` on a legacy CUR as it is delivered, and on FOCUS files without a manifest."""

import csv
import gzip
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support.commands import daybook

ORGANIZATION = (
    "account_id,account_name,ou_path,valid_from,valid_to,status\n"
    "111111111111,Only one,Root/Lab,,,ACTIVE\n"
)
MONTH = "20260201-20260301"
Row = dict[str, Any]


def legacy_rows() -> list[Row]:
    """Return four days of 0.1 a line, a credit, and a line of a type that nobody knows."""
    usage = [("Usage", "0.1", day) for day in (1, 2, 3, 4) for _ in range(10)]
    return [
        {
            "lineItem/UsageStartDate": f"2026-02-0{day}T00:00:00Z",
            "lineItem/UsageAccountId": "111111111111",
            "lineItem/LineItemType": kind,
            "lineItem/CurrencyCode": "USD",
            "lineItem/UnblendedCost": cost,
            "product/ProductName": "Amazon Simple Storage Service",
        }
        for kind, cost, day in [*usage, ("Credit", "-0.7", 3), ("Surprise", "0.2", 3)]
    ]


def write_csv(rows: list[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return gzip.compress(text.getvalue().encode())


def write_parquet(rows: list[Row]) -> bytes:
    names = {
        "lineItem/UsageStartDate": "line_item_usage_start_date",
        "lineItem/UsageAccountId": "line_item_usage_account_id",
        "lineItem/LineItemType": "line_item_line_item_type",
        "lineItem/CurrencyCode": "line_item_currency_code",
        "lineItem/UnblendedCost": "line_item_unblended_cost",
        "product/ProductName": "product_product_name",
    }
    table = pa.Table.from_pylist([{names[key]: row[key] for key in names} for row in rows])
    column = table.schema.get_field_index("line_item_unblended_cost")
    costs = pa.array([float(row["lineItem/UnblendedCost"]) for row in rows])
    sink = io.BytesIO()
    pq.write_table(table.set_column(column, "line_item_unblended_cost", costs), sink)
    return sink.getvalue()


LAYOUTS = {
    "kept": (f"{MONTH}/0f1e2d/costs-00001.csv.gz", write_csv),
    "athena": ("costs/year=2026/month=2/costs-00001.snappy.parquet", write_parquet),
}


def deliver(root: Path, layout: str) -> None:
    """Write a report as AWS delivers it, beside a file of an earlier delivery."""
    path, write = LAYOUTS[layout]
    for name in (path, path.replace("00001", "00002")):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(write(legacy_rows()))
    (root / MONTH).mkdir(exist_ok=True)
    manifest = {
        "assemblyId": "0f1e2d",
        "reportName": "costs",
        "reportKeys": [f"reports/costs/{path}"],
    }
    (root / MONTH / "costs-Manifest.json").write_text(json.dumps(manifest))


def run(source: Path, kind: str, *more: str) -> dict[str, Any]:
    organization = source.parent / "organization.csv"
    organization.write_text(ORGANIZATION)
    given = ["--source", source, "--organization", organization, "--format", kind]
    done = daybook("run", *given, "--out", source.parent / "out", "--json", *more)
    assert done.returncode == 0, done.stderr
    record: dict[str, Any] = json.loads(done.stdout)
    return record


def attached(folder: Path, day: str) -> list[dict[str, str]]:
    with (folder / "out" / f"ou-breakdown-{day}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_a_legacy_report_is_what_its_manifest_lists(layout: str, tmp_path: Path) -> None:
    deliver(tmp_path / "costs", layout)

    record = run(tmp_path / "costs", "legacy")

    assert (record["day"], record["period"]) == ("2026-02-03", "2026-02")
    (total,) = record["totals"]
    assert (total["unblended"], total["amortized"]) == ("3.5", "3.5")
    assert record["unknown_types"] == {"Surprise": 1}
    assert any("line_item_usage_account_name" in note for note in record["notes"])
    assert {
        row["ChargeType"]: (row["AccountName"], Decimal(row["DailyCost"]))
        for row in attached(tmp_path, "2026-02-03")
    } == {
        "Usage": ("Only one", Decimal(1)),
        "Credit": ("Only one", Decimal("-0.7")),
        "Surprise": ("Only one", Decimal("0.2")),
    }


def test_a_folder_of_focus_files_runs_without_a_manifest_and_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "focus"
    folder.mkdir()
    rows = [
        {
            "ChargePeriodStart": f"2026-0{month}-03 00:00:00",
            "BillingPeriodStart": f"2026-0{month}-01 00:00:00",
            "SubAccountId": "111111111111",
            "ServiceName": "Amazon Simple Storage Service",
            "ChargeCategory": "Usage",
            "BilledCost": "0.00000080000",
            "EffectiveCost": "NULL",
            "BillingCurrency": "USD",
        }
        for month in (2, 3)
    ]
    (folder / "sample.csv").write_bytes(gzip.decompress(write_csv(rows)))

    record = run(folder, "focus", "--day", "2026-02-03")

    (total,) = record["totals"]
    assert (total["unblended"], total["amortized"]) == ("0.0000008", "0")
    assert record["notes"][0].startswith("The files came without a manifest")
    assert any("x_ServiceCode" in note for note in record["notes"])
