"""axe-core finds nothing; the page fits a phone, and both colour schemes."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from services.notifier.dashboard.page import page as html_of
from tests.support.boards import board_of, month_of_rows, opened
from tests.support.units.rows import row

PLACES = (
    "",
    "#ou=Root%2FWorkloads%2FProd",
    "#ou=Root&service=AmazonEC2&day=2026-02-20",
    "#ou=Root%2FWorkloads%2FProd&service=AmazonEC2&account=111111111111",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(window: Page, example: Path, scheme: str, width: int) -> None:
    window.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    window.set_viewport_size({"width": width, "height": 844})
    board = opened(window, example)
    for place in PLACES:
        board.go(place)
        for closed in window.locator("summary").all():
            closed.click()
        window.locator("details[open] table").nth(2).wait_for()

        found = Axe().run(window)
        assert found.response["violations"] == [], found.generate_report()
        assert len(found.response["passes"]) > 20


def test_a_phone_needs_no_scrolling_sideways(window: Page, example: Path) -> None:
    window.set_viewport_size({"width": 390, "height": 844})
    board = opened(window, example)
    for place in PLACES:
        board.go(place)

        assert window.evaluate("() => document.documentElement.scrollWidth") == 390


def test_dark_is_a_matter_of_the_system_or_of_the_button(window: Page, example: Path) -> None:
    ground = "() => getComputedStyle(document.body).backgroundColor"
    window.emulate_media(color_scheme="light")
    board = opened(window, example)
    board.go()
    light = window.evaluate(ground)

    window.get_by_role("button", name="Dark").click()
    board.drawn()
    assert window.evaluate(ground) != light
    window.get_by_role("button", name="Light").click()
    board.drawn()
    assert window.evaluate(ground) == light
    window.emulate_media(color_scheme="dark")
    assert window.get_by_role("button", name="Dark").is_visible()


def test_on_a_phone_each_ou_has_its_light_reason_estimate_and_budget(
    window: Page, example: Path
) -> None:
    """In a second line: the columns that say so elsewhere have no room."""
    window.set_viewport_size({"width": 390, "height": 844})
    board = opened(window, example)
    board.go()

    table = window.get_by_role("table", name="Organizational units")
    assert table.locator("thead th:visible").count() == 3
    (prod,) = table.locator(".second:visible", has_text="budget 1,500.00").all()
    said = prod.inner_text()
    assert "Red" in said
    assert "is already over the budget of 1,500.00" in said
    assert "budget 1,500.00" in said
    window.set_viewport_size({"width": 1280, "height": 844})
    assert table.locator(".second:visible").count() == 0


def test_on_a_phone_no_name_is_broken_within_a_word(window: Page, tmp_path: Path) -> None:
    deep = {"OU": "Workloads/Infrastructure", "OUPath": "Root/Workloads/Infrastructure"}
    file = tmp_path / "dashboard.html"
    file.write_bytes(html_of(board_of(month_of_rows(more=(row("123456.78", **deep),)))))
    window.set_viewport_size({"width": 390, "height": 844})
    opened(window, file).go()

    name = window.locator(".drill").get_by_role("link", name="Infrastructure").first
    assert len(name.evaluate("(link) => [...link.getClientRects()]")) == 1
