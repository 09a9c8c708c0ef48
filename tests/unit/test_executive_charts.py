"""The charts of the PDF: their months, their axes, and the keys that say what is drawn."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.notifier.executive.drawing import svg
from services.notifier.executive.keys import key_of
from services.notifier.executive.months import Months, months_by_currency
from tests.support.boards import board_of, month_of_rows

JANUARY = "Jan \N{RIGHT SINGLE QUOTATION MARK}26"
MINUS = "\N{MINUS SIGN}"
JUNE = {"month": "Jun", "actual": 50.0, "budget": None, "estimate": None, "low": None, "high": None}


def labels(kind: str, rows: list[dict[str, Any]]) -> list[str]:
    """Return the texts of a drawing, lines apart."""
    drawn = svg(kind, rows, height=190).decode()
    found = re.findall(r"<text[^>/]*>(.*?)</text>", drawn)
    return [re.sub(r"<tspan[^>]*>", " ", each).replace("</tspan>", "").strip() for each in found]


def months_of(last: date, days: int) -> Months:
    return months_by_currency(board_of(month_of_rows(last, days)))["USD"]


@pytest.mark.parametrize(
    ("actual", "top"),
    [
        (0.27, "0.3"),
        (0.0004, "0.0004"),
        (999, "1k"),
        (1_200, "1.2k"),
        (3_200_000, "4M"),
        (2.4e9, "2.5B"),
        (4e13, "40,000B"),
    ],
)
def test_amounts_on_an_axis_are_plain_below_a_thousand_and_short_above(
    actual: float, top: str
) -> None:
    assert labels("months", [JUNE | {"actual": actual}])[-1] == top


def test_amounts_below_zero_have_the_sign_of_the_texts() -> None:
    assert f"{MINUS}4k" in labels("months", [JUNE | {"actual": -4_000.0}])


def test_no_budget_hangs_above_the_last_label_of_its_axis() -> None:
    assert labels("months", [JUNE | {"actual": 50_000.0, "budget": 110_000.0}])[-1] == "120k"


def test_the_line_of_the_month_before_ends_where_a_day_is_not_archived() -> None:
    whole = months_of(date(2026, 3, 16), 60)
    gap = replace(whole, archived=whole.archived - {date(2026, 2, 11)})

    drawn = [row["day"] for row in gap.so_far() if row["before"] is not None]

    assert [row["day"] for row in whole.so_far() if row["before"] is not None] == [*range(1, 29)]
    assert drawn == [*range(1, 11)]


def test_an_early_archive_draws_the_months_that_there_are_and_at_least_two() -> None:
    early = months_of(date(2026, 3, 16), 16)

    assert early.few
    assert [row["month"] for row in early.months()] == ["Feb\nnot archived", "Mar"]
    assert labels("months", early.months())[:2] == ["Feb not archived", "Mar"]


def test_a_month_of_which_days_are_missing_says_how_many_there_are() -> None:
    found = months_of(date(2026, 3, 16), 60)

    assert [row["month"] for row in found.months()] == [f"{JANUARY}\n16 of 31 days", "Feb", "Mar"]


def test_months_after_the_first_archived_one_keep_their_place() -> None:
    tables = month_of_rows(date(2026, 3, 16), 120)
    kept = {day: table for day, table in tables.items() if day.month != 1}

    found = months_by_currency(board_of(kept))["USD"]

    assert not found.few
    assert [row["month"].split("\n")[0] for row in found.months()] == [
        "Nov", "Dec", JANUARY, "Feb", "Mar",
    ]  # fmt: skip
    assert found.months()[2]["actual"] is None


def test_few_days_are_labelled_by_the_week_and_many_by_the_month() -> None:
    few, many = (months_of(date(2026, 3, 16), days).by_day([]) for days in (16, 100))

    assert labels("daily", few)[:3] == ["1 Mar", "8 Mar", "15 Mar"]
    assert [each for each in labels("daily", many) if each.isalpha()] == ["Jan", "Feb", "Mar"]


def test_a_key_names_what_is_drawn_and_nothing_else() -> None:
    bare = key_of("months", [JUNE])
    whole = key_of("months", [JUNE | {"estimate": 90.0, "low": 80.0, "high": 95.0, "budget": 99.0}])

    assert [words for _, words in bare] == ["Actual"]
    assert [words for _, words in whole] == ["Actual", "Estimate", "80 % interval", "Root's budget"]


def test_restated_days_are_in_the_key_of_the_days() -> None:
    found = months_of(date(2026, 3, 16), 60)
    told = {kind: key_of(kind, rows) for kind, rows in found.charts([date(2026, 3, 2)]).items()}

    assert ["restated", "Restated since the last digest"] in told["daily"]
    assert "Month before" in [words for _, words in told["burnup"]]
    assert "Restated" not in str(key_of("daily", found.by_day([])))
