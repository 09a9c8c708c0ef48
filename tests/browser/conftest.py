"""The dashboard of two months in real Chromium."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from services.notifier.dashboard.page import page as html_of
from tests.support.boards import Opened, board_of, browser_page, month_of_rows, opened

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def chromium() -> str:
    if CHROMIUM is None:
        pytest.skip("needs Debian's Chromium: `make system`")
    return CHROMIUM


@pytest.fixture(scope="module")
def window(chromium: str) -> Iterator[Page]:
    with browser_page(chromium, viewport={"width": 1280, "height": 900}) as page:
        yield page


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("dashboard") / "dashboard.html"
    file.write_bytes(html_of(board_of(month_of_rows())))
    return file


@pytest.fixture
def shown(window: Page, example: Path) -> Opened:
    board = opened(window, example)
    board.go()
    return board
