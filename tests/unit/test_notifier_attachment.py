"""The CSV of the digest: exact, and harmless in a spreadsheet."""

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.attachment import breakdown_csv, harmless
from shared.breakdown import ARCHIVED
from tests.support.units.rows import Row, archived_table, row

AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=12)
TRIGGERS = ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"]


def parsed(*rows: Row, metric: str = "amortized") -> list[dict[str, str]]:
    text = breakdown_csv(archived_table(*rows), metric).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_columns_are_the_archives() -> None:
    body = breakdown_csv(archived_table(), "amortized")

    assert body.decode() == ",".join(ARCHIVED.names) + "\r\n"


def test_daily_cost_is_the_exact_metric_and_not_the_double() -> None:
    (line,) = parsed(row("0.1", UnblendedCost=Decimal("0.300000000001")), metric="unblended")

    assert line["DailyCost"] == "0.300000000001"


@given(st.lists(AMOUNTS, max_size=20))
def test_the_csv_adds_up_to_the_table_exactly(amounts: list[Decimal]) -> None:
    lines = parsed(*(row(str(amount)) for amount in amounts))

    assert [Decimal(line["DailyCost"]) for line in lines] == amounts


def test_a_net_cost_that_is_not_stated_is_an_empty_cell() -> None:
    (line,) = parsed(row("1"))

    assert line["NetUnblendedCost"] == line["NetAmortizedCost"] == ""


def test_negative_amounts_stay_numbers() -> None:
    (line,) = parsed(row("-12.50"))

    assert line["DailyCost"] == line["UnblendedCost"] == "-12.5"


def test_tiny_amounts_are_written_without_an_exponent() -> None:
    (line,) = parsed(row("0.000000000001"))

    assert line["AmortizedCost"] == "0.000000000001"


@pytest.mark.parametrize("trigger", TRIGGERS)
@pytest.mark.parametrize("lead", ["", " ", "   "])
def test_a_cell_that_a_spreadsheet_would_run_is_disarmed(lead: str, trigger: str) -> None:
    name = f"{lead}{trigger}cmd|'/c calc'!A1"

    (line,) = parsed(row(AccountName=name))

    assert line["AccountName"] == f"'{name}"


@pytest.mark.parametrize(
    "column", ["OU", "Service", "LinkedAccount", "AccountName", "OUId", "OUPath", "ChargeType"]
)
def test_every_column_of_text_is_disarmed(column: str) -> None:
    (line,) = parsed(row(**{column: "=1+1"}))

    assert line[column] == "'=1+1"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_text_comes_back_as_it_was_but_for_the_apostrophe(name: str) -> None:
    (line,) = parsed(row(AccountName=name))

    assert line["AccountName"] == harmless(name)
    assert line["AccountName"].removeprefix("'") in (name, name.removeprefix("'"))


@pytest.mark.parametrize("name", ["shop", "a=b", 'R&D, "quoted"', "111111111111", "x-1"])
def test_ordinary_text_is_left_alone(name: str) -> None:
    assert harmless(name) == name
