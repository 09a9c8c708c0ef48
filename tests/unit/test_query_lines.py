"""The line view of CUR 2.0: day, OU, service, charge type and amortized cost of a line."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from services.query.organization import Placement
from tests.support.units.breakdowns import break_down, last_hours, place
from tests.support.units.exports import Line, line, parquet
from tests.support.units.rows import usd

pytestmark = pytest.mark.usefixtures("each_engine")

RI = "arn:aws:ec2:eu-west-1:111111111111:reserved-instances/x"
UPFRONT = "reservation_unused_amortized_upfront_fee_for_billing_period"
REFUND = "Refund for one-time fee for Savings Plan ID 1234"


def only_row(folder: Path, item: Line, *places: Placement) -> dict[str, Any]:
    _, (row,) = break_down(folder, parquet([item]), places=places)
    return row


@pytest.mark.parametrize(
    ("start", "booked"),
    [
        (datetime(2026, 2, 28, 23, tzinfo=UTC), date(2026, 3, 1)),
        (datetime(2026, 3, 1, tzinfo=UTC), date(2026, 3, 1)),
        (datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC), date(2026, 3, 31)),
        (datetime(2026, 4, 1, tzinfo=UTC), date(2026, 3, 31)),
        (datetime(2027, 1, 1, tzinfo=UTC), date(2026, 3, 31)),
        (None, date(2026, 3, 1)),
    ],
)
def test_a_line_outside_the_month_is_booked_on_its_nearest_day(
    start: datetime | None, booked: date, tmp_path: Path
) -> None:
    assert only_row(tmp_path, line(usage_start_date=start))["BillingDate"] == booked


def test_an_account_that_moved_is_in_the_ou_of_each_day(tmp_path: Path) -> None:
    moved = date(2026, 3, 16)
    places = [place("Root/A", end=moved), place("Root/B", moved)]

    _, rows = break_down(tmp_path, parquet([line(day=n) for n in (15, 16)]), places=places)

    assert {row["BillingDate"].day: row["OU"] for row in rows} == {15: "A", 16: "B"}


@pytest.mark.parametrize(
    "elsewhere",
    [
        place("Root/A", account="2" * 12),
        place("Root/A", end=date(2026, 3, 16)),
        place("Root/A", date(2026, 3, 17)),
    ],
)
def test_an_account_that_is_nowhere_on_the_day_is_unmapped(
    elsewhere: Placement, tmp_path: Path
) -> None:
    row = only_row(tmp_path, line(), elsewhere)

    assert (row["OU"], row["OUPath"], row["OUId"]) == ("Unmapped", "Unmapped", "")
    assert row["AccountName"] == "shop"


def test_an_account_in_the_root_is_in_root(tmp_path: Path) -> None:
    row = only_row(tmp_path, line(), place("Root"))

    assert (row["OU"], row["OUPath"]) == ("Root", "Root")


def test_the_organizations_account_name_counts_before_the_exports(tmp_path: Path) -> None:
    assert only_row(tmp_path, line(), place("Root", name="Shop"))["AccountName"] == "Shop"


@pytest.mark.parametrize(
    ("columns", "service"),
    [
        ({}, "Amazon Elastic Compute Cloud"),
        ({"product": {"product_name": ""}}, "AmazonEC2"),
        ({"product": {}}, "AmazonEC2"),
        ({"product": None, "product_servicecode": "AWSELB"}, "AWSELB"),
        ({"product": None, "product_servicecode": ""}, "AmazonEC2"),
        ({"product": None, "product_servicecode": None, "product_code": ""}, "Unknown"),
    ],
)
def test_a_line_always_has_a_service(columns: dict[str, Any], service: str, tmp_path: Path) -> None:
    assert only_row(tmp_path, line(**columns))["Service"] == service


CHARGE_TYPES: dict[str | None, str] = {
    "Usage": "Usage",
    "DiscountedUsage": "Usage",
    "SavingsPlanCoveredUsage": "Usage",
    "SavingsPlanNegation": "Usage",
    "RIFee": "Commitment",
    "SavingsPlanRecurringFee": "Commitment",
    "SavingsPlanUpfrontFee": "Commitment",
    "Fee": "Fee",
    "FlatRateSubscription": "Fee",
    "EdpDiscount": "Discount",
    "PrivateRateDiscount": "Discount",
    "BundledDiscount": "Discount",
    "Tax": "Tax",
    "Credit": "Credit",
    "Refund": "Refund",
    "SomethingNew": "SomethingNew",
    None: "Unknown",
}


def test_every_line_item_type_has_a_charge_type(tmp_path: Path) -> None:
    kinds = list(CHARGE_TYPES)
    lines = [line(line_item_type=kind, usage_account_id=str(n)) for n, kind in enumerate(kinds)]

    _, rows = break_down(tmp_path, parquet(lines))

    assert {kinds[int(row["LinkedAccount"])]: row["ChargeType"] for row in rows} == CHARGE_TYPES


def test_the_fee_of_a_reservation_is_a_commitment(tmp_path: Path) -> None:
    item = line(line_item_type="Fee", reservation_a_r_n=RI)

    assert only_row(tmp_path, item)["ChargeType"] == "Commitment"


FORMULA: list[tuple[dict[str, Any], str]] = [
    ({"line_item_type": "Usage"}, "10"),
    ({"line_item_type": "SavingsPlanCoveredUsage", "plan_effective_cost": "4"}, "4"),
    (
        {
            "line_item_type": "SavingsPlanRecurringFee",
            "commitment_to_date": "9",
            "used_commitment": "7.5",
        },
        "1.5",
    ),
    ({"line_item_type": "SavingsPlanNegation"}, "0"),
    ({"line_item_type": "SavingsPlanUpfrontFee"}, "0"),
    ({"line_item_type": "DiscountedUsage", "reservation_effective_cost": "3"}, "3"),
    ({"line_item_type": "RIFee", UPFRONT: "2", "unused_recurring_fee": "0.5"}, "2.5"),
    ({"line_item_type": "RIFee", UPFRONT: None, "unused_recurring_fee": "0.5"}, "0.5"),
    ({"line_item_type": "RIFee", UPFRONT: "2", "unused_recurring_fee": None}, "2"),
    ({"line_item_type": "Fee", "reservation_a_r_n": RI}, "0"),
    ({"line_item_type": "Fee", "reservation_a_r_n": ""}, "10"),
    ({"line_item_type": "Fee", "reservation_a_r_n": None}, "10"),
    (
        {
            "line_item_type": "Refund",
            "product_code": "ComputeSavingsPlans",
            "line_item_description": REFUND,
        },
        "0",
    ),
    ({"line_item_type": "Refund", "line_item_description": REFUND}, "10"),
    ({"line_item_type": "Tax"}, "10"),
    ({"line_item_type": "SomethingNew"}, "10"),
    ({"line_item_type": None}, "10"),
]


@pytest.fixture(scope="module")
def amortized(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Decimal]:
    """Return the amortized cost of each case of the formula, from one query."""
    lines = [
        line("10", usage_account_id=str(n), **{k: _money(k, v) for k, v in columns.items()})
        for n, (columns, _) in enumerate(FORMULA)
    ]
    _, rows = break_down(tmp_path_factory.mktemp("formula"), parquet(lines))
    return {int(row["LinkedAccount"]): row["AmortizedCost"] for row in rows}


@pytest.mark.parametrize("case", range(len(FORMULA)), ids=lambda n: f"{n}-{FORMULA[n][0]}")
def test_amortized_cost_follows_the_formula_of_each_line_item_type(
    case: int, amortized: dict[int, Decimal]
) -> None:
    assert amortized[case] == Decimal(FORMULA[case][1])


def _money(name: str, value: str | None) -> Any:
    is_money = name.endswith(("cost", "date", "commitment", "fee", "period"))
    return Decimal(value) if is_money and value is not None else value


def test_a_line_without_a_cost_costs_nothing(tmp_path: Path) -> None:
    control, _ = break_down(tmp_path, parquet([line(None)]))

    assert control.totals == (usd("0"),)


def test_currencies_are_never_added_up(tmp_path: Path) -> None:
    control, rows = break_down(tmp_path, parquet([line("1"), line("2", currency_code="EUR")]))

    assert control.totals == (usd("2", currency="EUR"), usd("1"))
    assert len(rows) == 2


def invoiced(folder: Path, **columns: Any) -> bool:
    return break_down(folder, parquet([line(**columns)]))[0].invoiced


def test_a_month_is_invoiced_when_an_anniversary_line_says_so(tmp_path: Path) -> None:
    assert invoiced(tmp_path, bill_invoice_id="123")


@pytest.mark.parametrize(
    "columns",
    [
        {"bill_invoice_id": None},
        {"bill_invoice_id": ""},
        {"bill_invoice_id": "123", "bill_bill_type": "Purchase"},
    ],
)
def test_a_purchase_during_the_month_does_not_make_it_invoiced(
    columns: dict[str, str | None], tmp_path: Path
) -> None:
    assert not invoiced(tmp_path, **columns)


@pytest.mark.parametrize(
    ("columns", "awaits"),
    [
        ({"bill_invoice_id": None}, True),
        ({"bill_invoice_id": ""}, True),
        ({"bill_invoice_id": "123"}, False),
        ({"bill_invoice_id": None, "bill_bill_type": "Purchase"}, False),
        ({"bill_invoice_id": None, "bill_bill_type": None}, True),
        ({"bill_invoice_id": "123", "bill_bill_type": None}, True),
    ],
)
def test_a_cost_of_the_monthly_bill_without_an_invoice_awaits_one(
    columns: dict[str, Any], awaits: bool, tmp_path: Path
) -> None:
    items = [line("1", bill_invoice_id="1"), line("2", **columns)]

    control, _ = break_down(tmp_path, parquet(items))

    assert control.invoiced
    assert control.awaits_invoice is awaits


def test_what_costs_nothing_awaits_no_invoice(tmp_path: Path) -> None:
    control, _ = break_down(tmp_path, parquet([line("0", bill_invoice_id=None)]))

    assert not control.awaits_invoice


def test_the_latest_hour_of_usage_is_known_of_each_day_and_fees_and_taxes_have_none(
    tmp_path: Path,
) -> None:
    early, late = (datetime(2026, 3, 10, hour, 59, tzinfo=UTC) for hour in (4, 21))
    items = [
        line(usage_start_date=late),
        line(usage_start_date=early),
        line(day=31, line_item_type="Tax"),
    ]

    assert last_hours(tmp_path, parquet(items)) == {date(2026, 3, 10): 21}


def test_usage_dated_after_the_month_does_not_say_how_far_usage_is_delivered(
    tmp_path: Path,
) -> None:
    after = line(usage_start_date=datetime(2026, 4, 1, tzinfo=UTC))

    assert last_hours(tmp_path, parquet([line(day=10), after])).keys() == {date(2026, 3, 10)}
