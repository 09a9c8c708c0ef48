"""What a reader does with the dashboard: drill, go back, share, pick a day, download."""

import csv
import io
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from services.notifier.dashboard.model import Anomaly
from services.notifier.dashboard.page import page as html_of
from services.notifier.report.figures import figures
from shared.breakdown import METRICS
from shared.money import cents, exact_sum
from tests.support.boards import (
    DAY,
    METRIC,
    TOLD,
    Opened,
    board_of,
    month_of_rows,
    opened,
    outlooks_of,
)
from tests.support.units.rows import archived_table, row

NONE = "\u2013"


def downloaded(shown: Opened, label: str) -> list[list[str]]:
    """Return a table's CSV without the columns that say where it is from."""
    head, *lines = csv_of(shown, label)[1]
    begin = head.index("Account id") + 1
    return [line[begin:] for line in (head, *lines)]


def csv_of(shown: Opened, label: str) -> tuple[str, list[list[str]]]:
    """Return what a table's CSV is called, and its lines."""
    with shown.page.expect_download() as download:
        shown.page.get_by_role("button", name=f"Download {label} as CSV").click()
    text = Path(download.value.path()).read_bytes().decode()
    lines = list(csv.reader(io.StringIO(text, newline="")))
    return download.value.suggested_filename, lines


def test_it_asks_for_nothing_and_complains_of_nothing(shown: Opened) -> None:
    assert {url.split("#")[0] for url in shown.requests} <= {"about:blank", shown.file.as_uri()}
    assert shown.troubles == []


def test_a_day_of_the_open_month_is_complete_and_not_final(shown: Opened) -> None:
    assert "16 March 2026 · complete day ·" in shown.page.locator(".when").inner_text()


def test_its_figures_are_the_digests(shown: Opened) -> None:
    tables = month_of_rows()
    told = figures(
        DAY,
        tables,
        [each for each in outlooks_of(tables) if each.as_of == DAY],
        METRIC,
        complete=True,
    )
    (digest,) = told.currencies

    on_top = shown.figures()
    assert on_top["Cost of the day, USD"] == cents(digest.total)
    assert on_top["Mar 2026 to date"] == cents(digest.month_to_date)
    ous = {line[0]: line for line in shown.rows("Organizational units")}
    assert len(ous) == len(digest.ous)
    for line in digest.ous:
        name, standing, _, day, month, estimate, budget = ous[line.name]
        assert (day, month) == (cents(line.cost), cents(line.outlook.month_to_date))
        assert standing == f"{line.outlook.light.capitalize()} {line.outlook.reason}"
        assert estimate == cents(line.outlook.month_end_estimate or Decimal(0))
        assert budget == (cents(line.outlook.budget) if line.outlook.budget else NONE)
        assert name == line.name
    services = {line[0]: line[1] for line in shown.rows("Services")}
    assert services == {share.name: cents(share.cost) for share in digest.services}


def test_its_csv_has_the_archives_amounts(shown: Opened) -> None:
    head, *lines = downloaded(shown, "Day by day")

    assert head == ["Day", "Cost, USD", "Note"]
    for day, table in month_of_rows().items():
        total = exact_sum(table[METRICS[METRIC]].to_pylist())
        assert [str(day), cents(total).replace(",", ""), ""] in lines


def test_the_drill_goes_down_back_and_forward(shown: Opened) -> None:
    for name in ("Prod", "AmazonEC2", "shop"):
        shown.page.locator(".drill").get_by_role("link", name=name).first.click()
        shown.drawn()
        assert shown.title() == name
    deepest = shown.figures()

    shown.page.go_back()
    shown.drawn()
    assert shown.title() == "AmazonEC2"
    shown.page.go_back()
    shown.page.go_back()
    shown.drawn()
    assert shown.title() == "All organizational units"
    shown.page.go_forward()
    shown.drawn()
    assert shown.title() == "Prod"
    assert deepest["Cost of the day, USD"] == "103.00"


def test_a_link_to_a_place_can_be_shared(shown: Opened) -> None:
    shown.go("#day=2026-02-10&ou=Root%2FWorkloads%2FProd&service=AmazonS3")

    assert shown.title() == "AmazonS3"
    said = shown.page.locator(".when").inner_text()
    assert "10 February 2026 · final day: its month is invoiced ·" in said
    assert shown.figures()["Cost of the day, USD"] == "3.33"
    # Ten days of 3.333333333333: as rounded days they would be 33.30.
    assert shown.figures()["Feb 2026 to date"] == "33.33"


def test_a_link_to_nowhere_shows_everything(shown: Opened) -> None:
    shown.go("#day=1999-01-01&ou=Nowhere&service=Nothing")

    assert shown.title() == "All organizational units"
    assert shown.page.get_by_role("status").inner_text() == (
        "Not on this page: the OU \u201cNowhere\u201d, the service \u201cNothing\u201d, "
        "the day 1999-01-01 (it has 2026-01-16 to 2026-03-16). "
        "Shown instead: All organizational units, Monday, 16 March 2026."
    )


def test_an_account_needs_its_service_and_its_page_says_so(shown: Opened) -> None:
    shown.go("#ou=Root%2FSandbox&account=222222222222")

    said = shown.page.get_by_role("status").inner_text()
    assert said.startswith("Not on this page: the account \u201c222222222222\u201d.")
    shown.page.get_by_role("link", name="All").click()
    shown.drawn()
    assert shown.page.get_by_role("status").inner_text() == ""


def test_a_link_names_its_day_so_that_it_shows_the_same_tomorrow(shown: Opened) -> None:
    for link in shown.page.locator(".drill a, .verdict a").all():
        assert f"day={DAY}" in (link.get_attribute("href") or "")


def test_a_download_says_where_it_is_from(shown: Opened) -> None:
    shown.go("#ou=Root%2FWorkloads%2FProd&service=AmazonEC2&day=2026-03-15")

    name, (head, line, *_) = csv_of(shown, "Months")
    assert name == "cost-2026-03-15-Root-Workloads-Prod-AmazonEC2-months-USD.csv"
    assert head[:5] == ["As of", "Currency", "OU", "Service", "Account id"]
    assert line[:5] == ["2026-03-15", "USD", "Root/Workloads/Prod", "AmazonEC2", "All"]
    name, (head, *lines) = csv_of(shown, "Accounts")
    assert name == "cost-2026-03-15-Root-Workloads-Prod-AmazonEC2-accounts-USD.csv"
    assert head[:6] == ["As of", "Currency", "Service", "Account", "Account id", "OU"]
    assert lines[0][:6] == [
        "2026-03-15", "USD", "AmazonEC2", "shop", "111111111111", "Root/Workloads/Prod",
    ]  # fmt: skip
    shown.go()
    assert csv_of(shown, "Organizational units")[1][1][:5] == [
        str(DAY), "USD", "All", "All", "Root",
    ]  # fmt: skip


def test_a_day_can_be_picked(shown: Opened) -> None:
    shown.page.get_by_role("button", name="Day before").click()
    shown.drawn()
    assert "15 March 2026" in shown.page.locator(".when").inner_text()

    shown.page.locator("#day").fill("2026-02-28")
    shown.page.locator("#day").dispatch_event("change")
    shown.drawn()
    assert "28 February 2026" in shown.page.locator(".when").inner_text()
    assert "day=2026-02-28" in shown.page.url


def test_the_drill_works_from_the_keyboard(shown: Opened) -> None:
    link = shown.page.locator(".drill").get_by_role("link", name="Sandbox")
    link.focus()
    shown.page.keyboard.press("Enter")
    shown.drawn()

    assert shown.title() == "Sandbox"
    assert shown.page.evaluate("() => document.activeElement.id") == "title"


def test_every_chart_has_its_table(shown: Opened) -> None:
    for chart, columns in (("Months", 7), ("The month so far", 7), ("Day by day", 3)):
        figure = shown.page.locator("figure", has=shown.page.get_by_role("heading", name=chart))
        assert figure.locator(".chart svg").count() == 1
        figure.locator("summary").click()
        figure.locator("tbody tr").first.wait_for()
        assert figure.locator("thead th").count() == columns
        assert figure.locator("tbody tr").count() >= 3


def test_restated_days_are_marked_and_anomalies_lead_to_their_place(
    shown: Opened, tmp_path: Path
) -> None:
    """In words beside the marks: over the day, in the chart's key, in its table and its CSV."""
    restated = DAY - timedelta(days=3)
    odd = Anomaly(
        DAY, "Root/Sandbox", "AmazonS3", "222222222222", "USD", 4200, "42.00 more than usual"
    )
    file = tmp_path / "dashboard.html"
    told = replace(TOLD, restated_days=(restated,), anomalies=(odd,))
    file.write_bytes(html_of(board_of(month_of_rows(), told)))
    board = opened(shown.page, file)
    board.go(f"#day={restated}")

    assert "restated since the last digest" in board.page.locator(".when").inner_text()
    assert board.page.get_by_text("Restated since the last digest", exact=True).is_visible()
    notes = {line[0]: line[2] for line in downloaded(board, "Day by day")[1:]}
    assert [day for day, note in notes.items() if note == "restated"] == [str(restated)]
    (line,) = board.rows("Anomalies")
    assert line[-2:] == ["42.00 more than usual", "+42.00"]
    board.page.get_by_role("row", name="42.00 more than usual").get_by_role("link").click()
    board.drawn()
    assert "Sandbox" in board.page.get_by_label("Where you are").inner_text()


def test_hostile_names_do_nothing(shown: Opened, tmp_path: Path) -> None:
    hostile = [
        "<script>document.title='owned'</script>",
        "</script><img src=x onerror=\"document.title='owned'\">",
        '=HYPERLINK("http://x.example","y")',
        "\u202egnp.exe",
        "__proto__",
        "a&b'\"<!--",
        "@@script@@",
    ]
    rows = [
        row("1.5", BillingDate=DAY, OU=name, OUPath=f"Root/{name}", Service=name, AccountName=name)
        for name in hostile
    ]
    file = tmp_path / "hostile.html"
    file.write_bytes(html_of(board_of({DAY: archived_table(*rows)}, outlooks=[])))
    board = opened(shown.page, file)
    board.go()

    listed = {line[0] for line in board.rows("Services")}
    assert listed == {re.sub(r"\s+", " ", name) for name in hostile}
    assert "owned" not in board.page.title()
    assert board.troubles == []
    head, *lines = csv_of(board, "Services")[1]
    cells = [line[head.index("Service")] for line in lines]
    assert '\'=HYPERLINK("http://x.example","y")' in cells
