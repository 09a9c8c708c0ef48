"""The line view of a legacy CUR: its spellings, its varying columns, and what it leaves out."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from shared.errors import InputError
from tests.support.units.breakdowns import break_down, last_hours
from tests.support.units.exports import Line, legacy, line, parquet
from tests.support.units.rows import usd

PLAN = "arn:aws:savingsplans::111111111111:savingsplan/1"
MINIMAL = (
    "line_item_usage_start_date",
    "line_item_usage_account_id",
    "line_item_unblended_cost",
)

pytestmark = pytest.mark.usefixtures("each_engine")


def plan_lines(*, commitment: dict[str, Any]) -> list[Line]:
    """Return a day on which a plan covers usage for 4 and 3 of its fee of 10."""
    of_plan: Line = {"savings_plan_savings_plan_a_r_n": PLAN, "product": None}
    return [
        *(
            line(cost, line_item_type=kind, plan_effective_cost=effective, **of_plan)
            for cost, kind, effective in [
                ("8", "SavingsPlanCoveredUsage", 4),
                ("-8", "SavingsPlanNegation", None),
                ("6", "SavingsPlanCoveredUsage", 3),
                ("-6", "SavingsPlanNegation", None),
            ]
        ),
        line("10", line_item_type="SavingsPlanRecurringFee", **commitment, **of_plan),
    ]


@pytest.mark.parametrize("date", ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.000Z", "%Y-%m-%d %T"])
def test_a_csv_with_slashes_is_read(date: str, tmp_path: Path) -> None:
    control, (row,) = break_down(tmp_path, legacy([line("2.5")], date=date), source="legacy")

    assert control.totals == (usd("2.5"),)
    assert str(row["BillingDate"]) == "2026-03-16"
    assert row["Service"] == "Amazon Elastic Compute Cloud"


def test_one_delivery_may_hold_both_spellings(tmp_path: Path) -> None:
    files = parquet([line("2")], without=["product"]), legacy([line("3")])

    control, rows = break_down(tmp_path, *files, source="legacy")

    assert control.totals == (usd("5"),)
    assert sum(row["UnblendedCost"] for row in rows) == 5


def test_csv_files_of_one_delivery_may_be_spelled_differently(tmp_path: Path) -> None:
    athena = legacy([line("2")]).replace(b"lineItem/UnblendedCost", b"line_item_unblended_cost")

    control, _ = break_down(tmp_path, athena, legacy([line("3")]), source="legacy")

    assert control.totals == (usd("5"),)


def test_two_spellings_of_a_column_in_one_file_are_refused(tmp_path: Path) -> None:
    header, item = legacy([line("2")]).splitlines()
    body = b"\n".join([header + b",line_item_unblended_cost", item + b",7"])

    with pytest.raises(InputError, match=r"lineItem/UnblendedCost and line_item_unblended_cost"):
        break_down(tmp_path, body, source="legacy")


def test_tags_that_differ_in_punctuation_only_do_not_matter(tmp_path: Path) -> None:
    header, item = legacy([line("2")]).splitlines()
    body = b"\n".join([header + b",resourceTags/user:a-b,resourceTags/user:a_b", item + b",x,y"])

    assert break_down(tmp_path, body, source="legacy")[0].totals == (usd("2"),)


@pytest.mark.parametrize(
    ("columns", "service"),
    [
        ({}, "Amazon Elastic Compute Cloud"),
        ({"product": None}, "AmazonEC2"),
        ({"product": None, "product_servicecode": "AWSELB"}, "AWSELB"),
    ],
)
def test_a_line_has_its_products_name_or_code(
    columns: dict[str, Any], service: str, tmp_path: Path
) -> None:
    _, (row,) = break_down(tmp_path, legacy([line(**columns)]), source="legacy")

    assert row["Service"] == service


def test_a_file_of_dates_accounts_and_costs_is_read_and_says_what_it_lacks(tmp_path: Path) -> None:
    body = legacy([line("2"), line("3", day=17)], columns=MINIMAL)

    control, rows = break_down(tmp_path, body, source="legacy")

    assert control.totals == (usd("5", currency=""),)
    assert control.unknown_types == {"Unknown": 2}
    assert last_hours(tmp_path, body, source="legacy") == {}
    assert {row["ChargeType"] for row in rows} == {"Unknown"}
    assert {note.split()[3].rstrip(":") for note in control.notes} == {
        "line_item_line_item_type",
        "line_item_currency_code",
        "line_item_operation",
        "line_item_usage_account_name",
        "bill_bill_type",
        "bill_billing_entity",
        "bill_invoice_id",
    }


@pytest.mark.parametrize("column", MINIMAL)
def test_a_file_without_dates_accounts_or_costs_is_refused(column: str, tmp_path: Path) -> None:
    body = legacy([line()], columns=[name for name in MINIMAL if name != column])

    with pytest.raises(InputError, match=f"has no column {column}"):
        break_down(tmp_path, body, source="legacy")


def test_the_commitment_that_a_plan_states_counts(tmp_path: Path) -> None:
    lines = plan_lines(commitment={"commitment_to_date": "12", "used_commitment": "7"})

    control, _ = break_down(tmp_path, legacy(lines), source="legacy")

    assert control.totals == (usd("10", "12"),)


def test_a_commitment_that_is_not_stated_is_what_covered_usage_left_of_the_fee(
    tmp_path: Path,
) -> None:
    control, rows = break_down(tmp_path, legacy(plan_lines(commitment={})), source="legacy")

    assert control.totals == (usd("10", "10"),)
    assert {row["ChargeType"]: row["AmortizedCost"] for row in rows} == {
        "Usage": 7,
        "Commitment": 3,
    }
    assert any("savings_plan_used_commitment: it is taken to be" in note for note in control.notes)


def test_a_commitment_that_is_not_stated_is_worked_out_by_plan_day_and_currency(
    tmp_path: Path,
) -> None:
    euro = [item | {"line_item_currency_code": "EUR"} for item in plan_lines(commitment={})]
    other = [
        item | {"savings_plan_savings_plan_a_r_n": "other"} for item in plan_lines(commitment={})
    ]
    later = [
        item | {"line_item_usage_start_date": line(day=17)["line_item_usage_start_date"]}
        for item in plan_lines(commitment={})
    ]
    lines = [*plan_lines(commitment={}), *euro, *other, *later]

    control, _ = break_down(tmp_path, legacy(lines), source="legacy")

    assert control.totals == (usd("10", currency="EUR"), usd("30"))


def test_several_fees_of_a_plan_on_a_day_share_what_is_used(tmp_path: Path) -> None:
    *covered, fee = plan_lines(commitment={})
    hourly = [fee | {"line_item_unblended_cost": cost} for cost in ("2.5", "2.5", "5")]

    control, _ = break_down(tmp_path, legacy([*covered, *hourly]), source="legacy")

    assert control.totals == (usd("10"),)


def test_reservation_columns_are_missed_only_where_there_are_reservations(tmp_path: Path) -> None:
    usage = [line()]
    fee = [line("5", line_item_type="RIFee")]

    without, _ = break_down(tmp_path, legacy(usage), source="legacy")
    (tmp_path / "more").mkdir()
    needed, _ = break_down(tmp_path / "more", legacy(fee), source="legacy")

    assert not any("reservation" in note for note in without.notes)
    assert sum("reservation" in note for note in needed.notes) == 3


def test_a_zip_archive_is_refused_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is a ZIP archive, which is not read\. Unpack it"):
        break_down(tmp_path, b"PK\x03\x04rest", source="legacy")


@pytest.mark.parametrize("amount", ["two", "1_000", " 2", "2 ", "2\t", "0x10", "1e", "--2", "NaN"])
def test_an_amount_that_is_none_is_refused(amount: str, tmp_path: Path) -> None:
    body = legacy([line("2")]).replace(b",2,", f",{amount},".encode())

    with pytest.raises(duckdb.Error, match=f"not an amount: {amount}"):
        break_down(tmp_path, body, source="legacy")


def test_an_amount_may_be_spelled_as_any_decimal_number(tmp_path: Path) -> None:
    bodies = [
        legacy([line("2")]).replace(b",2,", f",{amount},".encode())
        for amount in ("1E-7", "+1.5e+1", "-.5", "2.", "")
    ]

    control, _ = break_down(tmp_path, *bodies, source="legacy")

    assert control.totals == (usd("16.5000001"),)
