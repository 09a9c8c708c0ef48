"""The CSV of the digest: exact, and harmless in a spreadsheet."""

import csv
import io
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.mail.attachment import breakdown_csv, harmless
from shared.breakdown import ARCHIVED
from tests.support.units.rows import Row, archived_table, row

AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=12)
TRIGGERS = ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"]


def parsed(*rows: Row, metric: str = "amortized") -> list[dict[str, str]]:
    text = breakdown_csv(archived_table(*rows), metric).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_columns_are_the_archives() -> None:
    body = breakdown_csv(archived_table(), "amortized")

    assert body.decode() == ",".join(f'"{name}"' for name in ARCHIVED.names) + "\r\n"


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
@pytest.mark.parametrize(
    "lead", ["", " ", "   ", "'", "\x00", " \x00 ", "\u00a0", "\u200b", "\ufeff"]
)
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


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SHARP_TEXT = st.text(st.sampled_from([*TRIGGERS, " ", "'", '"', ",", ";", "\x00", "\u202e", "a"]))
NUMBER = re.compile(r"-?\d+(\.\d+)?")
MONEY = {"DailyCost", "UnblendedCost", "AmortizedCost"}


def as_it_was(cell: str) -> str:
    """Take the apostrophes away again, where there are some of ours."""
    ours = (part.startswith("'") and harmless(part[1:]) == part for part in cell.split(";"))
    return ";".join(part[here:] for part, here in zip(cell.split(";"), ours, strict=True))


@given(st.one_of(ANY_TEXT, SHARP_TEXT))
def test_every_text_can_be_had_back(name: str) -> None:
    (line,) = parsed(row(AccountName=name, OUPath=name, Service=name))

    assert {as_it_was(line[column]) for column in ("AccountName", "OUPath", "Service")} == {name}


@given(st.one_of(ANY_TEXT, SHARP_TEXT))
def test_no_text_begins_as_a_formula_does(name: str) -> None:
    for part in harmless(name).split(";"):
        assert not part.startswith(tuple(TRIGGERS))
        assert not part.lstrip(" ").startswith(tuple(TRIGGERS))
        assert not part.lstrip("\x00 ").startswith(tuple(TRIGGERS))


@given(SHARP_TEXT, st.lists(AMOUNTS, min_size=1, max_size=5))
def test_money_is_a_plain_number_whatever_stands_beside_it(
    name: str, amounts: list[Decimal]
) -> None:
    lines = parsed(*(row(str(amount), AccountName=name) for amount in amounts))

    for line, amount in zip(lines, amounts, strict=True):
        assert all(NUMBER.fullmatch(line[column]) for column in MONEY)
        assert {Decimal(line[column]) for column in MONEY} == {amount}


@given(SHARP_TEXT)
def test_every_cell_is_quoted(name: str) -> None:
    body = breakdown_csv(archived_table(row(AccountName=name)), "amortized").decode()

    cells = re.findall(r'"((?:[^"]|"")*)"', body)
    separators = re.sub(r'"(?:[^"]|"")*"', "", body)
    assert len(cells) == 2 * len(ARCHIVED.names)
    assert set(separators) <= set(",\r\n")


@pytest.mark.parametrize("name", ["shop", "a=b", 'R&D, "quoted"', "111111111111", "x-1"])
def test_ordinary_text_is_left_alone(name: str) -> None:
    assert harmless(name) == name
