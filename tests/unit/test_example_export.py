"""The example export: its files, its lines and their identities."""

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from daybook.example import DEFAULT_LAST_DAY, ExampleExport, write_example
from tests.support.example_lines import (
    COMMITTED,
    COST,
    EARLY,
    EFFECTIVE,
    END,
    KIND,
    READ,
    RESERVED,
    START,
    UNUSED,
    UNUSED_UPFRONT,
    UPFRONT,
    USED,
    Line,
    by_day,
    data_files,
    fingerprints,
    of,
    read,
    total,
)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> ExampleExport:
    return write_example(tmp_path_factory.mktemp("example"))


@pytest.fixture(scope="module")
def periods(example: ExampleExport) -> dict[str, list[Line]]:
    return read(example, READ)


@pytest.fixture(scope="module")
def lines(periods: dict[str, list[Line]]) -> list[Line]:
    return [line for rows in periods.values() for line in rows]


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
