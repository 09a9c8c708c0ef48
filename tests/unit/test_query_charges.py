"""What CUR lines are charged for, which are unknown, which would count twice, and net costs."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from services.query.embedded import NAMED_TYPES
from services.query.engine import Control
from shared.errors import InputError
from tests.support.units.breakdowns import break_down, last_hours
from tests.support.units.exports import OPTIONAL, Line, line, parquet
from tests.support.units.rows import usd

pytestmark = pytest.mark.usefixtures("each_engine")

RI = "arn:aws:ec2:eu-west-1:111111111111:reserved-instances/x"
UPFRONT = "reservation_unused_amortized_upfront_fee_for_billing_period"
NET_UPFRONT = "reservation_net_unused_amortized_upfront_fee_for_billing_period"
PLAN_UPFRONT = "savings_plan_amortized_upfront_commitment_for_billing_period"
NET_PLAN_UPFRONT = "savings_plan_net_amortized_upfront_commitment_for_billing_period"
SELLER = {"bill_billing_entity": "AWS Marketplace"}
SUPPORT = {"product_code": "AWSSupportBusiness"}
CHARGES: list[tuple[str, dict[str, Any], str]] = [
    ("Usage", SELLER, "Marketplace"),
    ("Fee", SELLER, "Marketplace"),
    ("FlatRateSubscription", SELLER, "Marketplace"),
    ("Tax", SELLER, "Tax"),
    ("Refund", SELLER, "Refund"),
    ("Fee", SUPPORT, "Support"),
    ("Usage", {"product_code": "OCBPremiumSupport"}, "Support"),
    ("Credit", SUPPORT, "Credit"),
    ("Usage", SUPPORT | SELLER, "Marketplace"),
    ("Fee", {"reservation_a_r_n": RI}, "Commitment"),
    ("SppDiscount", {}, "Discount"),
    ("RiVolumeDiscount", {}, "Discount"),
    ("Usage", {"bill_billing_entity": None}, "Usage"),
]


def test_marketplace_and_support_are_told_apart(tmp_path: Path) -> None:
    lines = [
        line(line_item_type=kind, usage_account_id=str(n), **columns)
        for n, (kind, columns, _) in enumerate(CHARGES)
    ]

    _, rows = break_down(tmp_path, parquet(lines))

    found = {int(row["LinkedAccount"]): row["ChargeType"] for row in rows}
    assert found == {n: charge for n, (_, _, charge) in enumerate(CHARGES)}


def control_of(folder: Path, *lines: Line, without: tuple[str, ...] = ()) -> Control:
    return break_down(folder, parquet(lines, without=without))[0]


def test_unknown_types_are_counted_by_name_and_their_cost_is_kept(tmp_path: Path) -> None:
    lines = [line("2", line_item_type=kind) for kind in ("New", "New", "Newer", None, "Usage")]

    control = control_of(tmp_path, *lines)

    assert control.unknown_types == {"New": 2, "Newer": 1, "Unknown": 1}
    assert control.totals == (usd("10"),)


def test_of_many_unknown_types_the_most_frequent_are_named(tmp_path: Path) -> None:
    lines = [line(line_item_type=f"type {n}") for n in range(NAMED_TYPES + 5)]

    control = control_of(tmp_path, *lines, *(line(line_item_type="type 24") for _ in range(3)))

    assert len(control.unknown_types) == NAMED_TYPES + 1
    assert control.unknown_types["type 24"] == 4
    assert control.unknown_types["others"] == 5
    assert sum(control.unknown_types.values()) == control.lines


@pytest.mark.parametrize("operation", ["EKSPod-EC2", "ECSTask-EC2"])
def test_split_cost_allocation_lines_are_kept_and_cost_nothing(
    operation: str, tmp_path: Path
) -> None:
    instance = line("10", line_item_type="DiscountedUsage", reservation_effective_cost=Decimal(6))
    pods = [
        line("4", operation=operation, net_unblended_cost=Decimal(3), day=31),
        line(
            line_item_type="DiscountedUsage",
            operation=operation,
            reservation_effective_cost=Decimal(5),
        ),
    ]

    control = control_of(tmp_path, instance, *pods)

    assert control.lines == 3
    assert control.totals[0].unblended == Decimal(10)
    assert control.totals[0].amortized == Decimal(6)
    assert control.totals[0].net_unblended == Decimal(10)
    assert [day.day for day in last_hours(tmp_path, parquet([instance, *pods]))] == [16]


@pytest.mark.parametrize("kind", ["Tax", "Credit", "Surprise"])
def test_what_is_no_usage_keeps_its_cost_whatever_its_operation(kind: str, tmp_path: Path) -> None:
    control = control_of(tmp_path, line("3", line_item_type=kind, operation="EKSPod-EC2"))

    assert control.totals == (usd("3"),)


NET: list[tuple[dict[str, Any], str, str]] = [
    ({"line_item_type": "Usage", "net_unblended_cost": "8"}, "8", "8"),
    ({"line_item_type": "Usage"}, "10", "10"),
    ({"line_item_type": "EdpDiscount"}, "0", "0"),
    ({"line_item_type": "EdpDiscount", "net_unblended_cost": "-1"}, "-1", "-1"),
    ({"line_item_type": "Tax"}, "10", "10"),
    (
        {
            "line_item_type": "SavingsPlanCoveredUsage",
            "plan_effective_cost": "4",
            "net_savings_plan_effective_cost": "3",
        },
        "10",
        "3",
    ),
    ({"line_item_type": "SavingsPlanCoveredUsage", "plan_effective_cost": "4"}, "10", "4"),
    ({"line_item_type": "SavingsPlanNegation", "net_unblended_cost": "9"}, "9", "0"),
    (
        {
            "line_item_type": "SavingsPlanRecurringFee",
            "commitment_to_date": "12",
            "used_commitment": "7",
            "net_unblended_cost": "9",
        },
        "9",
        "4.5",
    ),
    (
        {
            "line_item_type": "SavingsPlanRecurringFee",
            "line_item_unblended_cost": "0",
            "commitment_to_date": "12",
            "used_commitment": "7",
            PLAN_UPFRONT: "12",
            NET_PLAN_UPFRONT: "6",
        },
        "0",
        "2.5",
    ),
    (
        {
            "line_item_type": "SavingsPlanRecurringFee",
            "line_item_unblended_cost": "0",
            "commitment_to_date": "12",
            "used_commitment": "7",
        },
        "0",
        "5",
    ),
    (
        {
            "line_item_type": "DiscountedUsage",
            "reservation_effective_cost": "3",
            "reservation_net_effective_cost": "2",
        },
        "10",
        "2",
    ),
    (
        {
            "line_item_type": "RIFee",
            UPFRONT: "2",
            "unused_recurring_fee": "1",
            NET_UPFRONT: "1.5",
            "net_unused_recurring_fee": "0.5",
        },
        "10",
        "2",
    ),
    ({"line_item_type": "RIFee", UPFRONT: "2", "unused_recurring_fee": "1"}, "10", "3"),
    ({"line_item_type": "Fee", "reservation_a_r_n": RI, "net_unblended_cost": "9"}, "9", "0"),
    ({"line_item_type": "SavingsPlanUpfrontFee", "net_unblended_cost": "9"}, "9", "0"),
]


@pytest.mark.parametrize("money", [pa.decimal128(38, 12), pa.float64()], ids=str)
def test_net_costs_follow_the_formula_of_each_line_item_type(money: Any, tmp_path: Path) -> None:
    lines = [
        line("10", usage_account_id=str(n), **{k: as_money(k, v) for k, v in columns.items()})
        for n, (columns, _, _) in enumerate(NET)
    ]

    _, rows = break_down(tmp_path, parquet(lines, money=money))

    found = {
        int(row["LinkedAccount"]): (row["NetUnblendedCost"], row["NetAmortizedCost"])
        for row in rows
    }
    assert found == {n: (Decimal(net), Decimal(spread)) for n, (_, net, spread) in enumerate(NET)}


def as_money(name: str, value: str) -> Any:
    return value if name in ("line_item_type", "reservation_a_r_n") else Decimal(value)


def test_an_export_whose_net_columns_are_empty_states_no_net_costs(tmp_path: Path) -> None:
    control, (row,) = break_down(tmp_path, parquet([line("2")]))

    assert control.totals == (usd("2"),)
    assert (row["NetUnblendedCost"], row["NetAmortizedCost"]) == (None, None)


def test_one_net_cost_makes_the_whole_period_net(tmp_path: Path) -> None:
    lines = [line("2", 1), line("3", 2, currency_code="EUR"), line("4", 3, net_unblended_cost=1)]

    control, rows = break_down(tmp_path, parquet(lines))

    assert {row["NetUnblendedCost"] for row in rows} == {2, 3, 1}
    assert [part.net_unblended for part in control.totals] == [3, 3]


def test_a_file_without_the_net_column_counts_at_its_unblended_cost_and_is_named(
    tmp_path: Path,
) -> None:
    bare = parquet([line("2", 1)], without=["line_item_net_unblended_cost"])
    net = parquet([line("4", 16, net_unblended_cost=Decimal(3))])

    control, _ = break_down(tmp_path, bare, net)

    assert control.totals[0].net_unblended == Decimal(5)
    (note,) = control.notes
    assert note.startswith("Of 2 files 1 lack line_item_net_unblended_cost; of their lines: ")


def test_a_metric_that_the_export_does_not_state_is_refused(tmp_path: Path) -> None:
    control = control_of(tmp_path, line("2"))

    control.require("amortized", "m.json")
    with pytest.raises(InputError, match=r"^m\.json: has no net_amortized cost: AWS states net"):
        control.require("net_amortized", "m.json")


def test_an_export_with_every_column_lacks_nothing(tmp_path: Path) -> None:
    assert control_of(tmp_path, line()).notes == ()


def test_what_an_export_lacks_is_said(tmp_path: Path) -> None:
    control = control_of(tmp_path, line(), without=OPTIONAL)

    assert [note.split()[3].rstrip(":") for note in control.notes] == [
        "bill_bill_type",
        "bill_invoice_id",
        "bill_billing_entity",
        "line_item_operation",
        "line_item_usage_account_name",
    ]


def test_a_refund_without_its_description_is_said_to_stay_amortized(tmp_path: Path) -> None:
    column = "line_item_line_item_description"

    control = control_of(tmp_path, line(line_item_type="Refund"), without=(column,))

    (note,) = control.notes
    assert note.startswith(f"The export lacks {column}: refunds of upfront fees")
