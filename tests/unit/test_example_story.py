"""What the example shows: its organization, its budgets, its incidents."""

import csv
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
import yaml

from daybook.example import ExampleExport, write_example
from tests.support.example_lines import (
    ACCOUNT,
    READ,
    START,
    Line,
    amortized,
    by_day,
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


@pytest.fixture(scope="module")
def organization(example: ExampleExport) -> list[dict[str, str]]:
    with example.organization.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


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
