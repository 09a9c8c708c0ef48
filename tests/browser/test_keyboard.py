"""The page by keyboard: the day is typed and stepped, and the focus stays where it was."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import Page

from tests.support.boards import DAY, Opened

FIRST = DAY - timedelta(days=59)


def focused(page: Page) -> str:
    return str(page.evaluate("() => document.activeElement.id"))


def entries(page: Page) -> int:
    return int(page.evaluate("() => history.length"))


def typed(day: date) -> str:
    """Return the keys of a day in the order of the browser's language, which is American."""
    return f"{day:%m%d%Y}"


@pytest.mark.parametrize("end", ["Enter", "Tab"])
def test_a_typed_day_is_gone_to_once_and_only_when_it_is_whole(shown: Opened, end: str) -> None:
    """On the way there are other days that the page has: 10 March becomes 10 February."""
    shown.page.locator("#day").focus()
    before = entries(shown.page)
    shown.page.keyboard.type(typed(date(2026, 2, 10)), delay=30)

    assert shown.page.evaluate("() => location.hash") == ""
    assert shown.page.locator("#day").input_value() == "2026-02-10"
    while focused(shown.page) == "day" and "day=" not in shown.page.url:
        shown.page.keyboard.press(end)
    shown.page.wait_for_url("**#day=2026-02-10")
    shown.drawn()
    assert "10 February 2026" in shown.page.locator(".when").inner_text()
    assert entries(shown.page) == before + 1
    assert focused(shown.page) == ("day" if end == "Enter" else "theme")


def test_the_arrow_keys_keep_the_part_of_the_day_that_they_are_in(shown: Opened) -> None:
    shown.page.locator("#day").focus()
    shown.page.keyboard.press("Tab")
    for _ in range(3):
        shown.page.keyboard.press("ArrowDown")
    shown.page.keyboard.press("Enter")
    shown.page.wait_for_url("**#day=2026-03-13")
    shown.drawn()

    assert focused(shown.page) == "day"


def test_a_day_that_the_page_has_not_is_said_and_not_gone_to(shown: Opened) -> None:
    shown.page.locator("#day").focus()
    shown.page.keyboard.type(typed(date(2025, 2, 10)))
    shown.page.keyboard.press("Enter")

    assert shown.page.get_by_role("status").inner_text() == (
        f"2025-02-10 is not on this page, which has {FIRST} to {DAY}."
    )
    assert shown.page.locator("#day").input_value() == str(DAY)
    assert shown.page.evaluate("() => location.hash") == ""


def test_a_day_that_is_half_typed_is_not_meant_by_who_goes_elsewhere(shown: Opened) -> None:
    """The page is drawn anew, and the input that was typed in is gone with the old one."""
    shown.page.locator("#earlier").click()
    shown.drawn()
    shown.page.locator("#day").focus()
    shown.page.keyboard.type(typed(date(2026, 2, 10)))
    shown.page.go_back()
    shown.drawn()

    assert shown.page.locator("#day").input_value() == str(DAY)
    assert shown.page.evaluate("() => location.hash") == ""


def test_a_day_is_stepped_again_and_again(shown: Opened) -> None:
    shown.page.locator("#earlier").focus()
    for number in (1, 2):
        shown.page.keyboard.press("Enter")
        shown.page.wait_for_url(f"**#day={DAY - timedelta(days=number)}")
        shown.drawn()
        assert focused(shown.page) == "earlier"


def test_at_the_last_day_the_focus_is_not_lost(shown: Opened) -> None:
    shown.go(f"#day={DAY - timedelta(days=1)}")
    shown.page.locator("#later").focus()
    shown.page.keyboard.press("Enter")
    shown.page.wait_for_url(f"**#day={DAY}")
    shown.drawn()

    assert shown.page.locator("#later").is_disabled()
    assert focused(shown.page) == "day"


def test_open_tables_stay_open_and_the_focus_stays(shown: Opened) -> None:
    """From day to day, and when the colours change."""
    for summary in shown.page.locator("figure summary").all():
        summary.click()
    for button in ("#earlier", "#theme", "#theme"):
        shown.page.locator(button).click()
        shown.drawn()
        assert focused(shown.page) == button.removeprefix("#")
        assert shown.page.locator("details[open] table").count() == 3
    shown.page.locator("figure summary").first.click()
    shown.page.locator("#earlier").click()
    shown.drawn()
    assert shown.page.locator("details[open] table").count() == 2


def test_back_leads_to_where_the_reader_was(shown: Opened) -> None:
    link = shown.page.locator(".drill").get_by_role("link", name="Sandbox").first
    link.scroll_into_view_if_needed()
    where = shown.page.evaluate("() => scrollY")
    link.click()
    shown.drawn()
    assert where > 0
    assert shown.page.evaluate("() => scrollY") == 0

    shown.page.go_back()
    shown.drawn()
    assert shown.title() == "All organizational units"
    assert shown.page.evaluate("() => scrollY") == where
    shown.page.go_forward()
    shown.drawn()
    assert shown.page.evaluate("() => scrollY") == 0
