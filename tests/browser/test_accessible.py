"""axe-core finds nothing; the page fits a phone, and both colour schemes."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.support.boards import opened

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
