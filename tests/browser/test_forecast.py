"""What the page says of the months to come is what mail and PDF say; totals and budgets fit."""

from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page

from services.notifier.dashboard.page import page as html_of
from services.notifier.report.expectations import expectations
from shared.config_outlook import Budget
from shared.money import cents
from shared.outlook import Outlook
from tests.support.boards import BUDGETS, DAY, Opened, board_of, month_of_rows, opened, outlooks_of
from tests.support.units.rows import row

ROOTS = Budget.model_validate({"ou": "Root", "monthly": "4000", "from": "2026-01-01"})
ELSEWHERE = row("400.004", OU="Unmapped", OUPath="Unmapped", LinkedAccount="999999999999")
UNMAPPED = month_of_rows(more=(ELSEWHERE,))
ASSESSED = outlooks_of(UNMAPPED, (*BUDGETS, ROOTS))


def told(outlooks: list[Outlook], ou: str) -> Outlook:
    return next(each for each in outlooks if (each.as_of, each.ou_path) == (DAY, ou))


def windows_of(row: Outlook) -> dict[str, list[str]]:
    """Return what is expected of an OU as a reader sees it, by window."""
    known = {
        "This month": (row.month_end_estimate, row.month_end_low_80, row.month_end_high_80),
        "Next 3 months": (row.next_3_months, row.next_3_months_low_80, row.next_3_months_high_80),
        "Next 6 months": (row.next_6_months, row.next_6_months_low_80, row.next_6_months_high_80),
    }
    return {name: [cents(each) for each in amounts if each] for name, amounts in known.items()}


@pytest.mark.parametrize("place", ["", "#ou=Root", "#ou=Root%2FWorkloads%2FProd"])
def test_estimates_have_the_intervals_of_the_digest(shown: Opened, place: str) -> None:
    shown.go(place)

    ou = "Root/Workloads/Prod" if "Prod" in place else "Root"
    row = told(outlooks_of(month_of_rows()), ou)
    expected = windows_of(row)
    _, low, high = expected["This month"]
    assert {name: cells for name, *cells in shown.rows("What is expected")} == expected
    assert shown.figures()["Month-end estimate"] == expected["This month"][0]
    assert f"80 % interval {low} to {high}" in shown.page.locator(".figures").inner_text()
    said = shown.page.locator("section", has_text="What is expected").locator(".aside").inner_text()
    assert said.endswith(expectations(row)[-1])
    for sentence in expectations(row)[:1]:
        assert all(each in sentence for amounts in expected.values() for each in amounts)


def test_the_interval_is_drawn_and_in_the_charts_tables(shown: Opened) -> None:
    ends = windows_of(told(outlooks_of(month_of_rows()), "Root"))["This month"]
    for chart in ("Months", "The month so far"):
        figure = shown.page.locator("figure", has=shown.page.get_by_role("heading", name=chart))
        assert figure.locator(".chart .low_marks > *").count() == 1
        assert "80 % interval" in figure.locator(".key").inner_text()
        figure.locator("summary").click()
        last = figure.locator("tbody tr").last.locator("td").all_inner_texts()
        assert last[-3:] == ends


def test_an_earlier_day_has_the_estimate_of_its_own(shown: Opened) -> None:
    shown.go("#day=2026-03-15")

    assert "by run-rate" in shown.page.locator(".figures").inner_text()
    figure = shown.page.locator("figure", has=shown.page.get_by_role("heading", name="Months"))
    assert "interval" not in figure.locator(".key").inner_text()


@pytest.fixture(scope="module")
def unmapped(window: Page, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    file = Path(tmp_path_factory.mktemp("unmapped")) / "dashboard.html"
    file.write_bytes(html_of(board_of(UNMAPPED, outlooks=ASSESSED)))
    return opened(window, file)


def test_beside_unmapped_cost_everything_has_no_interval_and_no_budget(unmapped: Opened) -> None:
    """The estimate is of everything; the budget is Root's, and so is what is held against it."""
    root, rest = told(ASSESSED, "Root"), told(ASSESSED, "Unmapped")
    assert root.month_end_estimate
    assert rest.month_end_estimate
    assert root.budget
    unmapped.go()

    on_top = unmapped.figures()
    both = root.month_to_date + rest.month_to_date
    assert on_top["Mar 2026 to date"] == cents(both)
    assert on_top["Month-end estimate"] == cents(root.month_end_estimate + rest.month_end_estimate)
    assert on_top["Root\u2019s budget"] == cents(root.budget)
    said = unmapped.page.locator(".figures").inner_text()
    assert f"{100 * root.month_to_date / root.budget:.1f} % used by Root" in said
    over = 100 * (root.month_end_estimate - root.budget) / root.budget
    sign = "+" if over > 0 else "\u2212"
    assert f"Root\u2019s estimate {sign}{abs(over):.1f} % against it" in said
    assert "interval" not in said
    parts = f"Root {cents(root.month_end_estimate)} and Unmapped {cents(rest.month_end_estimate)}"
    assert parts in said
    expected = {name: cells for name, *cells in unmapped.rows("What is expected")}
    assert expected["Next 3 months"] == [
        cents((root.next_3_months or Decimal(0)) + (rest.next_3_months or Decimal(0)))
    ]


def test_roots_own_page_keeps_its_interval_beside_unmapped_cost(unmapped: Opened) -> None:
    unmapped.go("#ou=Root")

    assert {n: c for n, *c in unmapped.rows("What is expected")} == windows_of(
        told(ASSESSED, "Root")
    )
