"""What the page says of anomalies: the events as the digest tells them, or that there is none."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page

from services.notifier.dashboard.model import on_page
from services.notifier.dashboard.page import page as html_of
from services.notifier.report.findings import days_of, said
from shared.anomalies import JUDGED_AFTER, Anomaly
from shared.money import MINUS
from tests.support.boards import DAY, TOLD, Opened, board_of, month_of_rows, opened
from tests.support.reports import anomaly

KNOWN = "As known on Monday, 16 March 2026."
LEAK = anomaly()
DROP = anomaly(
    id="a-2",
    account_name="",
    state="ended",
    until=DAY - timedelta(days=1),
    found_on=DAY - timedelta(days=2),
    actual=Decimal("12.3456"),
    expected=Decimal(20),
)


def board_with(
    window: Page, folder: Path, found: tuple[Anomaly, ...] | None, history: int | None
) -> Opened:
    told = replace(TOLD, anomalies=None if found is None else on_page(found), history=history)
    file = folder / "dashboard.html"
    file.write_bytes(html_of(board_of(month_of_rows(), told)))
    board = opened(window, file)
    board.go()
    return board


def section(board: Opened) -> str:
    return board.page.locator("section", has_text="Anomalies").last.inner_text()


@pytest.mark.parametrize(
    ("history", "words"),
    [
        (JUDGED_AFTER, "Nothing: every account's services cost what their history lets expect."),
        (3, f"Too little history to judge yet: 3 of {JUDGED_AFTER} days."),
    ],
)
def test_that_nothing_stood_out_is_said(
    window: Page, tmp_path: Path, history: int, words: str
) -> None:
    board = board_with(window, tmp_path, (), history)

    assert f"{words} {KNOWN}" in section(board)


def test_where_nobody_looked_nothing_is_said(window: Page, tmp_path: Path) -> None:
    board = board_with(window, tmp_path, None, None)

    assert "Anomalies" not in board.page.locator("main").inner_text()


def test_an_event_says_when_whether_it_goes_on_what_it_cost_and_whose(
    window: Page, tmp_path: Path
) -> None:
    board = board_with(window, tmp_path, (LEAK, DROP), 100)

    assert board.rows("Anomalies") == [
        [
            "Workloads/Prod AmazonS3 in shop (111111111111)",
            f"{days_of(LEAK)} goes on \u00b7 new",
            said(LEAK),
            "+30.00",
        ],
        [
            "Workloads/Prod AmazonS3 in 111111111111",
            f"{days_of(DROP)} ended",
            said(DROP),
            f"{MINUS}7.65",
        ],
    ]
    assert KNOWN in section(board)
    window.set_viewport_size({"width": 390, "height": 844})
    second = window.get_by_role("table", name="Anomalies").locator(".second:visible").first
    assert second.inner_text() == f"{days_of(LEAK)}, goes on \u00b7 new: {said(LEAK)}"
    window.set_viewport_size({"width": 1280, "height": 900})
    board.go("#ou=Root%2FSandbox")
    assert "Nothing: every" in section(board)
