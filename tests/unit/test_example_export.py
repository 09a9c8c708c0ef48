import csv
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from daybook.example import DEFAULT_LAST_DAY, ExampleExport, write_example

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


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> ExampleExport:
    return write_example(tmp_path_factory.mktemp("example"))


@pytest.fixture(scope="module")
def periods(example: ExampleExport) -> dict[str, list[Line]]:
    return read(example, READ)


@pytest.fixture(scope="module")
def lines(periods: dict[str, list[Line]]) -> list[Line]:
    return [line for rows in periods.values() for line in rows]


@pytest.fixture(scope="module")
def organization(example: ExampleExport) -> list[dict[str, str]]:
    with example.organization.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


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


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    write_example(tmp_path / "once", EARLY, 20)
    write_example(tmp_path / "again", EARLY, 20)

    assert fingerprints(tmp_path / "once") == fingerprints(tmp_path / "again")


def test_a_day_is_the_same_whatever_the_last_day_is(tmp_path: Path) -> None:
    earlier = read(write_example(tmp_path / "earlier", EARLY, 2))
    later = read(write_example(tmp_path / "later", EARLY + timedelta(days=40), 60))

    assert complete_days(earlier["2026-02"])
    for period, rows in earlier.items():
        assert complete_days(rows) == complete_days(later[period])


def complete_days(rows: Iterable[Line]) -> list[Line]:
    before = [row for row in rows if row[START].date() < EARLY]
    # A month's invoice comes when it closes: the one thing that may differ.
    return [{name: row[name] for name in row if name != "bill_invoice_id"} for row in before]


def test_the_last_day_is_delivered_in_part(lines: list[Line], example: ExampleExport) -> None:
    usage = by_day(of(lines, "Usage"))

    share = total(usage[example.last_day]) / total(usage[example.complete_day])

    assert Decimal("0.25") < share < Decimal("0.4")
    assert max(row[END].hour for row in usage[example.last_day]) == 8
    assert example.last_day == example.complete_day + timedelta(days=1) == DEFAULT_LAST_DAY


def test_every_day_has_lines_in_the_period_it_belongs_to(
    periods: dict[str, list[Line]], example: ExampleExport
) -> None:
    first = date(2026, 4, 1)
    every_day = {first + timedelta(days=n) for n in range((example.last_day - first).days + 1)}

    assert set(by_day(row for rows in periods.values() for row in rows)) == every_day
    for name, rows in periods.items():
        assert {f"{row[START]:%Y-%m}" for row in rows} == {name}


def test_a_manifest_lists_exactly_the_files_that_are_there(example: ExampleExport) -> None:
    manifests = sorted(example.source.glob("metadata/*/daybook-example-Manifest.json"))

    listed = [name for file in manifests for name in json.loads(file.read_text())["dataFiles"]]

    prefix = "s3://daybook-example-export/cur2/daybook-example/"
    there = [f"{prefix}{file.relative_to(example.source)}" for file in data_files(example)]
    assert listed == there
    assert len(manifests) == 3
    assert len(listed) == 4


def test_a_manifest_describes_the_columns_of_its_files(example: ExampleExport) -> None:
    manifest = json.loads(next(example.source.glob("metadata/*/*.json")).read_text())
    schema = pq.read_schema(data_files(example)[0])

    assert [column["name"] for column in manifest["columns"]] == schema.names
    assert len(schema.names) == 128
    assert {column["type"] for column in manifest["columns"]} == {
        *("string", "double", "timestamp", "map<string,string>", "map<string,double>")
    }
    assert str(schema.field(START).type) == "timestamp[ms]"
    assert manifest["executionId"]
    assert manifest["exportArn"].startswith("arn:aws:bcm-data-exports:")


def test_files_are_compressed_with_snappy(example: ExampleExport) -> None:
    for file in data_files(example):
        assert pq.ParquetFile(file).metadata.row_group(0).column(0).compression == "SNAPPY"


def test_every_kind_of_line_occurs(lines: list[Line]) -> None:
    assert {row[KIND] for row in lines} == {
        *("Usage", "Tax", "Fee", "Credit", "Refund", "EdpDiscount", "BundledDiscount"),
        *("SavingsPlanCoveredUsage", "SavingsPlanNegation", "SavingsPlanRecurringFee"),
        *("DiscountedUsage", "RIFee"),
    }
    assert any(row["bill_billing_entity"] == "AWS Marketplace" for row in lines)
    assert any(row[COST] == 0 for row in of(lines, "Usage"))


def test_costs_have_at_most_ten_decimals(lines: list[Line]) -> None:
    for row in lines:
        amount = row[COST]
        assert amount == round(amount, 10)


def test_discounts_and_credits_are_negative(lines: list[Line]) -> None:
    for kind in ("Credit", "Refund", "EdpDiscount", "BundledDiscount"):
        assert all(row[COST] < 0 for row in of(lines, kind))


def test_every_line_names_its_product(lines: list[Line]) -> None:
    assert all(dict(row["product"])["product_name"] for row in lines)


def test_negations_take_back_what_covered_usage_costs_on_demand(
    periods: dict[str, list[Line]],
) -> None:
    for rows in periods.values():
        covered = total(of(rows, "SavingsPlanCoveredUsage"))

        assert covered > 0
        assert total(of(rows, "SavingsPlanNegation")) == -covered


def test_the_used_commitment_is_what_covered_usage_effectively_costs(lines: list[Line]) -> None:
    for rows in by_day(lines).values():
        fees = of(rows, "SavingsPlanRecurringFee")

        used = total(fees, USED)

        assert len(fees) == 1
        assert used == total(of(rows, "SavingsPlanCoveredUsage"), EFFECTIVE)
        assert used <= total(fees, COMMITTED) == total(fees)


def test_reserved_usage_is_free_of_charge_but_has_an_effective_cost(lines: list[Line]) -> None:
    reserved = of(lines, "DiscountedUsage")

    assert all(row[COST] == 0 for row in reserved)
    assert all(row[RESERVED] > 0 for row in reserved)


def test_a_closed_month_uses_or_wastes_the_whole_reservation(
    periods: dict[str, list[Line]],
) -> None:
    for name in ("2026-04", "2026-05"):
        fees = of(periods[name], "RIFee")

        wasted = total(fees, UNUSED) + total(fees, UNUSED_UPFRONT)

        used = total(of(periods[name], "DiscountedUsage"), RESERVED)
        assert wasted > 0
        assert used + wasted == total(fees) + total(fees, UPFRONT)


def test_monthly_lines_are_dated_the_first_and_span_the_month(
    periods: dict[str, list[Line]],
) -> None:
    for name, rows in periods.items():
        start = datetime.fromisoformat(f"{name}-01")
        end = (start + timedelta(days=31)).replace(day=1)
        monthly = [*of(rows, "Tax"), *of(rows, "Fee"), *of(rows, "RIFee")]

        assert len({row[KIND] for row in monthly}) == 3
        assert {(row[START], row[END]) for row in monthly} == {(start, end)}


def test_only_closed_months_have_an_invoice(periods: dict[str, list[Line]]) -> None:
    for name, rows in periods.items():
        assert {bool(row["bill_invoice_id"]) for row in rows} == {name != "2026-06"}


def test_a_last_day_on_the_first_opens_a_month_and_closes_the_one_before(tmp_path: Path) -> None:
    periods = read(write_example(tmp_path, EARLY, 2), READ)

    assert list(periods) == ["2026-02", "2026-03"]
    assert set(by_day(periods["2026-03"])) == {EARLY}
    assert of(periods["2026-03"], "Tax")
    assert all(row["bill_invoice_id"] for row in periods["2026-02"])
    assert not any(row["bill_invoice_id"] for row in periods["2026-03"])


def test_an_export_begins_with_a_whole_month(tmp_path: Path) -> None:
    periods = read(write_example(tmp_path, date(2026, 1, 2), 3), READ)

    assert min(by_day(periods["2025-12"])) == date(2025, 12, 1)
    assert max(by_day(periods["2026-01"])) == date(2026, 1, 2)


def test_fewer_than_two_days_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 2 days"):
        write_example(tmp_path, days=1)


def test_a_second_example_replaces_the_first_and_nothing_else(tmp_path: Path) -> None:
    write_example(tmp_path / "used", EARLY, 20)
    note = tmp_path / "used" / "export" / "data" / "note.txt"
    note.write_text("mine")

    write_example(tmp_path / "used", date(2025, 11, 9), 2)
    write_example(tmp_path / "fresh", date(2025, 11, 9), 2)

    assert note.read_text() == "mine"
    note.unlink()
    assert fingerprints(tmp_path / "used") == fingerprints(tmp_path / "fresh")


def test_every_row_of_the_organization_is_valid(organization: list[dict[str, str]]) -> None:
    for row in organization:
        assert len(row["account_id"]) == 12
        assert row["account_id"].isdigit()
        assert row["account_name"]
        assert row["ou_path"].split("/")[0] == "Root"
        assert row["status"] in {"ACTIVE", "SUSPENDED"}
        first = date.fromisoformat(row["valid_from"])
        assert row["valid_to"] == "" or first < date.fromisoformat(row["valid_to"])


def test_an_account_is_in_one_ou_at_a_time(organization: list[dict[str, str]]) -> None:
    ranges: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in organization:
        ranges[row["account_id"]].append(row)

    moves = [pair for rows in ranges.values() for pair in pairwise(rows)]

    assert [(old["valid_to"], new["valid_from"]) for old, new in moves] == [
        ("2026-06-05", "2026-06-05")
    ]
    assert all(rows[-1]["valid_to"] == "" for rows in ranges.values())


def test_the_organization_is_as_awkward_as_a_real_one(
    organization: list[dict[str, str]], lines: list[Line]
) -> None:
    listed = {row["account_id"] for row in organization}
    billed = {row[ACCOUNT] for row in lines}
    names = " ".join(row["account_name"] for row in organization)

    assert len(billed) >= 12
    assert len(billed - listed) == 1
    assert len(listed - billed) == 1
    assert any(account.startswith("0") for account in billed)
    assert [row["ou_path"] for row in organization].count("Root") == 1
    assert [row["status"] for row in organization].count("SUSPENDED") == 1
    assert len({row["ou_path"] for row in organization}) >= 5
    assert all(awkward in names for awkward in (",", '"', "=", "<b>", "機"))


def test_budgets_show_one_red_one_yellow_and_green_lights(
    example: ExampleExport, organization: list[dict[str, str]], periods: dict[str, list[Line]]
) -> None:
    spent = month_to_date(organization, periods["2026-06"], example.complete_day)
    limits = {budget["ou"]: float(budget["monthly"]) for budget in budgets(example)}

    pace = {ou: spent[ou] / 17 * 30 / limits[ou] for ou in limits if ou != "Root"}

    assert pace.pop("Root/Data/Lake") > 1.1
    assert 1.02 < pace.pop("Root/Infrastructure") < 1.08
    assert max(pace.values()) < 0.95
    assert sum(spent.values()) / 17 * 30 < 0.9 * limits["Root"]
    assert set(spent) - set(limits) == {"Root/Sandbox", "Unmapped"}


def budgets(example: ExampleExport) -> list[dict[str, Any]]:
    settings = yaml.safe_load(example.config.read_text(encoding="utf-8"))
    assert settings["cost_metric"] == "amortized"
    assert set(settings["digest"]) == {"sender", "recipients"}
    found: list[dict[str, Any]] = settings["budgets"]
    assert all(set(budget) == {"ou", "monthly", "currency", "from"} for budget in found)
    return found


def month_to_date(
    organization: list[dict[str, str]], rows: list[Line], until: date
) -> dict[str, float]:
    spent: dict[str, float] = defaultdict(float)
    for row in rows:
        if row[START].date() <= until:
            spent[ou_of(organization, row)] += amortized(row)
    return spent


def ou_of(organization: list[dict[str, str]], line: Line) -> str:
    day = f"{line[START]:%Y-%m-%d}"
    for row in organization:
        lasts = row["valid_from"] <= day < (row["valid_to"] or "9999")
        if row["account_id"] == line[ACCOUNT] and lasts:
            return row["ou_path"]
    return "Unmapped"


def test_the_spike_stands_out_on_the_complete_day(
    lines: list[Line], example: ExampleExport
) -> None:
    logs = by_day(product(lines, "222222220002", "AmazonCloudWatch"))

    usual = max(total(rows) for day, rows in logs.items() if day < example.complete_day)

    assert total(logs[example.complete_day]) > 5 * usual


def test_the_leak_grows_for_weeks(lines: list[Line]) -> None:
    stored = by_day(of(product(lines, "333333330001", "AmazonS3"), "Usage"))

    before, start, now = (
        total(stored[day]) for day in (date(2026, 4, 20), date(2026, 5, 10), date(2026, 6, 17))
    )

    assert abs(start / before - 1) < Decimal("0.1")
    assert now > Decimal("1.6") * start


def product(rows: Iterable[Line], account: str, code: str) -> list[Line]:
    wanted = (account, code)
    return [row for row in rows if (row[ACCOUNT], row["line_item_product_code"]) == wanted]
