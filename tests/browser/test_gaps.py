"""Days that are not archived: nothing is compared with a month, or a part of it, that has a gap."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from playwright.sync_api import Page

from services.notifier.dashboard.page import page as html_of
from tests.support.boards import DAY, Opened, board_of, month_of_rows, opened

NONE = "\u2013"
AGAINST = "against the same days of the month before"
EARLY, LATE = date(2026, 2, 5), date(2026, 2, 20)


def without(*gaps: date) -> dict[date, pa.Table]:
    return {day: table for day, table in month_of_rows().items() if day not in gaps}


def board_without(window: Page, folder: Path, *gaps: date) -> Opened:
    file = folder / "dashboard.html"
    file.write_bytes(html_of(board_of(without(*gaps))))
    return opened(window, file)


def said(board: Opened) -> str:
    return board.page.locator(".figures").inner_text()


@pytest.mark.parametrize(("gap", "compared"), [(EARLY, False), (LATE, True)])
def test_the_same_days_are_compared_only_if_all_are_archived(
    window: Page, tmp_path: Path, gap: date, compared: bool
) -> None:
    """The day that ends them is archived in both cases: the gap lies before or behind it."""
    board = board_without(window, tmp_path, gap)
    board.go()

    assert (AGAINST in said(board)) is compared


@pytest.mark.parametrize("gap", [EARLY, LATE])
def test_a_month_with_a_gap_is_no_whole_month(window: Page, tmp_path: Path, gap: date) -> None:
    board = board_without(window, tmp_path, gap)
    board.go("#ou=Root%2FWorkloads&service=AmazonEC2")

    assert board.figures()["Feb 2026"] == NONE
    assert "not archived as a whole" in said(board)
    board.go("#ou=Root%2FWorkloads")
    assert {line[3] for line in board.rows("Services")} == {NONE}
    board.go(f"#ou=Root%2FWorkloads&day={DAY.replace(month=2, day=28)}")
    assert "Jan 2026" in board.figures()


def test_whole_months_are_compared(shown: Opened) -> None:
    assert AGAINST in said(shown)
    shown.go("#ou=Root%2FWorkloads&service=AmazonEC2")
    assert "the whole month" in said(shown)
    assert shown.figures()["Feb 2026"] != NONE


def test_the_line_of_the_month_before_ends_at_its_gap(window: Page, tmp_path: Path) -> None:
    board = board_without(window, tmp_path, EARLY)
    board.go()

    figure = window.locator("figure", has=window.get_by_role("heading", name="The month so far"))
    figure.locator("summary").click()
    before = figure.locator("tbody td:nth-child(3)").all_inner_texts()
    assert NONE not in before[:4]
    assert set(before[4:]) == {NONE}
    months = window.locator("figure", has=window.get_by_role("heading", name="Months"))
    months.locator("summary").click()
    assert months.locator("tbody td:nth-child(2)").all_inner_texts()[-2:] == ["27", "16"]
