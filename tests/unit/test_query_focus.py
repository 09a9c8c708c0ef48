"""The line view of FOCUS: categories, invoices, and what an export without AWS columns lacks."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from services.query.engine import Control
from tests.support.units.breakdowns import break_down, last_hours
from tests.support.units.focus import AWS_COLUMNS, Charge, charge, focus_parquet, focus_text
from tests.support.units.rows import usd

pytestmark = pytest.mark.usefixtures("each_engine")


def rows_of(folder: Path, *charges: Charge) -> list[dict[str, Any]]:
    return break_down(folder, focus_parquet(charges), source="focus")[1]


def control_of(folder: Path, *charges: Charge, without: tuple[str, ...] = ()) -> Control:
    return break_down(folder, focus_parquet(charges, without=without), source="focus")[0]


CHARGE_TYPES: list[tuple[dict[str, Any], str]] = [
    ({}, "Usage"),
    ({"ChargeFrequency": "Recurring"}, "Usage"),
    ({"ChargeClass": "Correction"}, "Usage"),
    ({"CommitmentDiscountId": "plan", "CommitmentDiscountStatus": "Used"}, "Usage"),
    ({"CommitmentDiscountId": "plan", "CommitmentDiscountStatus": "Unused"}, "Commitment"),
    ({"ChargeCategory": "Purchase", "CommitmentDiscountId": "plan"}, "Commitment"),
    ({"ChargeCategory": "Purchase"}, "Fee"),
    ({"ChargeCategory": "Purchase", "x_ServiceCode": "AWSSupportBusiness"}, "Support"),
    ({"ChargeCategory": "Purchase", "ServiceName": "AWS Support (Business)"}, "Support"),
    ({"PublisherName": "Example Inc."}, "Marketplace"),
    ({"ChargeCategory": "Purchase", "PublisherName": "Example Inc."}, "Marketplace"),
    ({"PublisherName": "Amazon Web Services EMEA SARL"}, "Usage"),
    ({"PublisherName": "AWS India"}, "Usage"),
    ({"PublisherName": "Amazon.com Services LLC"}, "Usage"),
    ({"PublisherName": "AWSome Software"}, "Marketplace"),
    ({"PublisherName": "Amazonia Ltd"}, "Marketplace"),
    ({"PublisherName": None}, "Usage"),
    ({"PublisherName": "Microsoft", "ProviderName": "Microsoft"}, "Usage"),
    ({"ChargeCategory": "Tax", "PublisherName": "Example Inc."}, "Tax"),
    ({"ChargeCategory": "Credit"}, "Credit"),
    ({"ChargeCategory": "Credit", "ChargeClass": "Correction"}, "Refund"),
    ({"ChargeCategory": "Adjustment"}, "Adjustment"),
    ({"ChargeCategory": "Gift"}, "Gift"),
    ({"ChargeCategory": None}, "Unknown"),
]


def test_every_category_has_a_charge_type(tmp_path: Path) -> None:
    charges = [charge(SubAccountId=str(n), **more) for n, (more, _) in enumerate(CHARGE_TYPES)]

    found = {int(row["LinkedAccount"]): row["ChargeType"] for row in rows_of(tmp_path, *charges)}

    assert found == {n: kind for n, (_, kind) in enumerate(CHARGE_TYPES)}


def test_an_unknown_category_is_counted_and_kept(tmp_path: Path) -> None:
    charges = [charge("2", ChargeCategory="Gift") for _ in range(3)]

    control = control_of(tmp_path, charge("1"), charge("4", ChargeCategory=None), *charges)

    assert control.unknown_types == {"Gift": 3, "Unknown": 1}
    assert control.totals == (usd("11"),)


def test_billed_cost_is_unblended_and_effective_cost_is_amortized(tmp_path: Path) -> None:
    used = charge("0", "0.6", CommitmentDiscountId="plan", CommitmentDiscountStatus="Used")
    bought = charge("10", "0", ChargeCategory="Purchase", CommitmentDiscountId="plan")

    control = control_of(tmp_path, used, bought)

    assert control.totals == (usd("10", "0.6"),)


def test_focus_states_no_net_cost(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, charge())

    assert (row["NetUnblendedCost"], row["NetAmortizedCost"]) == (None, None)


@pytest.mark.parametrize("null", ["NULL", ""])
def test_a_csv_may_spell_null_out(null: str, tmp_path: Path) -> None:
    charges = [charge("0.00000080000"), charge("2", x_ServiceCode=None, SubAccountName=None)]

    control, rows = break_down(tmp_path, focus_text(charges, null=null), source="focus")

    assert control.totals == (usd("2.0000008"),)
    assert control.unknown_types == {}
    assert {row["AccountName"] for row in rows} == {"shop"}


def test_a_charge_of_no_sub_account_is_the_billing_accounts(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, charge(SubAccountId=None, BillingAccountId="9" * 12))

    assert row["LinkedAccount"] == "9" * 12


def test_a_pods_share_of_an_instance_is_not_counted_twice(tmp_path: Path) -> None:
    control = control_of(tmp_path, charge("1"), charge("0.4", x_Operation="EKSPod-EC2"))

    assert (control.lines, control.totals) == (2, (usd("1"),))


@pytest.mark.parametrize(
    ("columns", "metered"),
    [
        ({}, True),
        ({"ChargeFrequency": None}, True),
        ({"ChargeFrequency": "Usage-based"}, True),
        ({"ChargeFrequency": "Recurring"}, False),
        ({"ChargeCategory": "Tax"}, False),
        ({"CommitmentDiscountStatus": "Unused"}, False),
    ],
)
def test_only_usage_says_how_far_usage_is_delivered(
    columns: dict[str, Any], metered: bool, tmp_path: Path
) -> None:
    hours = last_hours(tmp_path, focus_parquet([charge(**columns)]), source="focus")

    assert list(hours) == ([date(2026, 3, 16)] if metered else [])


@pytest.mark.parametrize(
    ("columns", "invoiced"),
    [
        ({"InvoiceId": "1"}, True),
        ({"InvoiceId": ""}, False),
        ({"InvoiceId": None}, False),
        ({"InvoiceId": "1", "ChargeCategory": "Purchase"}, False),
        ({"InvoiceId": "1", "PublisherName": "Example Inc."}, False),
    ],
)
def test_a_month_is_invoiced_when_its_usage_is(
    columns: dict[str, Any], invoiced: bool, tmp_path: Path
) -> None:
    assert control_of(tmp_path, charge(**columns)).invoiced is invoiced


@pytest.mark.parametrize(
    ("columns", "awaits"),
    [
        ({"InvoiceId": None}, True),
        ({"InvoiceId": "1"}, False),
        ({"InvoiceId": None, "BilledCost": 0.0}, False),
        ({"InvoiceId": None, "ChargeCategory": "Purchase"}, True),
        ({"InvoiceId": None, "ChargeCategory": "Tax"}, True),
        ({"InvoiceId": None, "ChargeFrequency": "Recurring"}, True),
        ({"InvoiceId": None, "x_Operation": "EKSPod-EC2"}, False),
    ],
)
def test_whatever_costs_something_awaits_its_invoice(
    columns: dict[str, Any], awaits: bool, tmp_path: Path
) -> None:
    assert control_of(tmp_path, charge(**columns)).awaits_invoice is awaits


def test_an_export_with_every_column_lacks_nothing(tmp_path: Path) -> None:
    assert control_of(tmp_path, charge()).notes == ()


def test_an_export_without_aws_columns_says_what_that_means(tmp_path: Path) -> None:
    control = control_of(tmp_path, charge("3"), without=(*AWS_COLUMNS, "InvoiceId"))

    assert control.totals == (usd("3"),)
    assert [note.partition(":")[0] for note in control.notes] == [
        "The export lacks InvoiceId",
        "The export lacks x_Operation",
        "The export lacks x_ServiceCode",
    ]


AWS_1_0, AWS_1_2 = ("InvoiceId",), ("x_UsageType",)
"""What the tables of AWS lack of the columns that are read (AWS Data Exports User Guide)."""


@pytest.mark.parametrize("without", [AWS_1_0, AWS_1_2], ids=["FOCUS 1.0", "FOCUS 1.2"])
def test_what_the_aws_tables_of_each_version_lack_is_said_and_all_else_counts(
    without: tuple[str, ...], tmp_path: Path
) -> None:
    control = control_of(tmp_path, charge("3"), charge("2", "1"), without=without)

    assert control.totals == (usd("5", "4"),)
    assert [note.partition(":")[0] for note in control.notes] == [f"The export lacks {without[0]}"]


def test_a_lower_case_table_of_athena_is_the_same_export(tmp_path: Path) -> None:
    header, *rest = focus_text([charge("3")]).splitlines(keepends=True)

    control, _ = break_down(tmp_path, b"".join([header.lower(), *rest]), source="focus")

    assert control.totals[0].unblended == Decimal(3)
