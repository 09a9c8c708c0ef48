"""`docs/numbers.md` says what the SQL does: its tables are run against it."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from services.query.sources import SOURCES, Column
from tests.support.units.breakdowns import break_down
from tests.support.units.exports import line, parquet
from tests.support.units.focus import charge, focus_parquet

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "numbers.md").read_text(encoding="utf-8")
MARKETPLACE = "sold on the Marketplace"
OF_CUR: dict[str, dict[str, Any]] = {
    "": {},
    MARKETPLACE: {"bill_billing_entity": "AWS Marketplace"},
    "for support": {"line_item_product_code": "AWSSupportBusiness"},
    "a pod's or task's share": {"line_item_operation": "ECSTask-EC2"},
    "of a reservation": {"reservation_reservation_a_r_n": "arn"},
    "of a plan's upfront fee": {
        "line_item_product_code": "ComputeSavingsPlans",
        "line_item_line_item_description": "Refund for one-time fee for Savings Plan ID 1",
    },
}
OF_FOCUS: dict[str, dict[str, Any]] = {
    "": {},
    MARKETPLACE: {"PublisherName": "Example Inc."},
    "for support": {"x_ServiceCode": "AWSSupportBusiness"},
    "of an unused commitment": {"CommitmentDiscountStatus": "Unused"},
    "of a commitment": {"CommitmentDiscountId": "arn"},
    "a correction": {"ChargeClass": "Correction"},
}


def table(first: str) -> list[list[str]]:
    """Return the rows of the page's table whose first column is called `first`."""
    text = PAGE.partition(f"| {first} |")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in row.split("|")[1:-1]] for row in text.splitlines()[2:]]


def kind(cell: str) -> str:
    return "Something" if cell == "any other" else cell.strip("`")


def said(cell: str) -> str:
    return "Something" if cell.endswith("itself") else cell


def amounts() -> dict[str, Decimal]:
    """Return a different amount for each money column, so that no formula gives another's."""
    exact = [name for name, column in columns().items() if column.kind.startswith("DECIMAL")]
    money = [name for name in exact if not name.endswith("_amount")]  # those are of use
    return {name: Decimal(2) ** n for n, name in enumerate(money, 1) if "_net_" not in name}


def columns() -> dict[str, Column]:
    return {column.name: column for column in SOURCES["cur2"].columns}


def worked_out(formula: str, values: dict[str, Decimal]) -> Decimal:
    """Work out `a` + `b` - `c`, or a number."""
    if not formula.startswith("`"):
        return Decimal(formula)
    parts = re.findall(r"([+-]?)\s*`(\w+)`", formula)
    return sum((-values[name] if sign == "-" else values[name] for sign, name in parts), Decimal(0))


ROWS = table("line type")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[int, dict[str, Any]]:
    lines = [
        line(
            usage_account_id=str(n), **amounts() | OF_CUR[when], line_item_line_item_type=kind(name)
        )
        for n, (name, when, *_) in enumerate(ROWS)
    ]
    _, rows = break_down(tmp_path_factory.mktemp("page"), parquet(lines))
    return {int(row["LinkedAccount"]): row for row in rows}


@pytest.mark.parametrize("number", range(len(ROWS)), ids=lambda n: " ".join(ROWS[n][:2]))
def test_a_line_type_is_charged_for_and_amortized_as_the_page_says(
    number: int, found: dict[int, dict[str, Any]]
) -> None:
    _, _, charge_type, formula = ROWS[number]

    assert found[number]["ChargeType"] == said(charge_type)
    assert found[number]["AmortizedCost"] == worked_out(formula, amounts())


def test_every_line_type_that_the_sql_knows_is_on_the_page() -> None:
    kinds = re.findall(r"'([A-Z]\w+(?:Usage|Fee|Negation|Discount|Subscription))'", cur2())

    assert {kind(name) for name, *_ in ROWS} == {
        *(set(kinds) | {"Usage", "Fee", "Tax", "Credit", "Refund", "Something"}),
    }


def cur2() -> str:
    return SOURCES["cur2"].sql


def test_a_category_is_charged_for_as_the_page_says(tmp_path: Path) -> None:
    rows = table("ChargeCategory")
    charges = [
        charge(SubAccountId=str(n), ChargeCategory=kind(name), **OF_FOCUS[when])
        for n, (name, when, _) in enumerate(rows)
    ]

    _, got = break_down(tmp_path, focus_parquet(charges), source="focus")

    assert {int(row["LinkedAccount"]): row["ChargeType"] for row in got} == {
        n: said(charge_type) for n, (_, _, charge_type) in enumerate(rows)
    }
    assert {kind(name) for name, *_ in rows} == {
        *("Usage", "Purchase", "Tax", "Credit", "Adjustment", "Something")
    }
