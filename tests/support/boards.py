"""Dashboards of a few rows, and browsers to open them in."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
from playwright.sync_api import Page, sync_playwright

from services.forecaster.assess import Rules, Spend, assess
from services.forecaster.estimate import Forecast, Total
from services.notifier.dashboard.cells import cells_of, joined
from services.notifier.dashboard.lines import Limits
from services.notifier.dashboard.model import Dashboard, Told, dashboard
from shared.breakdown import amounts_by_ou
from shared.config_outlook import Budget, Lights
from shared.day_status import DayStatus
from shared.days import Period
from shared.outlook import Outlook
from tests.support.units.rows import Row, archived_table, row

DAY = date(2026, 3, 16)
METRIC = "amortized"
BUDGETS = tuple(
    Budget.model_validate({"ou": ou, "monthly": monthly, "from": "2026-01-01"})
    for ou, monthly in (("Workloads/Prod", "1500"), ("Sandbox", "5000"))
)
TOLD = Told(DAY, complete=True, metric=METRIC, run="run-1", source_version="2026-03-17T06:00:00Z")
PROD = {"OU": "Workloads/Prod", "OUPath": "Root/Workloads/Prod"}
SANDBOX = {"OU": "Sandbox", "OUPath": "Root/Sandbox", "LinkedAccount": "222222222222"}


GIVEN_BACK = (
    row("-30.005", ChargeType="Credit", **PROD),
    row("-1.004999999999", ChargeType="Refund", AccountName="lab", **SANDBOX),
    row("-2.003", ChargeType="Discount", **PROD),
)


def month_of_rows(
    last: date = DAY, days: int = 60, more: Sequence[Row] = ()
) -> dict[date, pa.Table]:
    """Return days whose amounts have more digits than a cent, in two OUs and three services.

    `more`: rows that each day has as well.
    """
    tables = {}
    for number in range(days):
        day = last - timedelta(days=days - 1 - number)
        amount = Decimal("100.005") + number % 7
        tables[day] = archived_table(
            row(str(amount), BillingDate=day, **PROD),
            row("3.333333333333", BillingDate=day, Service="AmazonS3", **PROD),
            row("0.004999999999", BillingDate=day, AccountName="lab", **SANDBOX),
            row("-0.5", BillingDate=day, Service="AWS Support", AccountName="lab", **SANDBOX),
            *({**each, "BillingDate": day} for each in more),
        )
    return tables


def forecast_of(rest: float, months: float, half: float) -> Forecast:
    """Return a forecast of the rest of the month and of the three and six months after it.

    `half`: half the width of the first window's 80 % interval.
    """
    windows = (
        Total(rest, half, 2 * half),
        Total(months, 3 * half, 6 * half),
        Total(2 * months, 6 * half, 12 * half),
    )
    return Forecast(windows, short=False, error=0.021, checked=3)


FORECASTS = {
    ("Root", "USD"): forecast_of(1545.45, 9301.23, 41.17),
    ("Root/Workloads", "USD"): forecast_of(1553.07, 9346.78, 42.29),
    ("Root/Workloads/Prod", "USD"): forecast_of(1553.07, 9346.78, 43.31),
}
"""On the last day; before it, and of the OUs that are missing here, too young, the run rate."""


def outlooks_of(
    tables: dict[date, pa.Table], budgets: tuple[Budget, ...] = BUDGETS
) -> list[Outlook]:
    """Assess each day as the forecaster does."""
    rules = Rules(budgets, Lights())
    found: list[Outlook] = []
    for day in tables:
        spends = [
            Spend(each, ou, part.currency, part.metric(METRIC))
            for each, table in tables.items()
            if (each.year, each.month) == (day.year, day.month)
            for ou, amounts in amounts_by_ou(table).items()
            for part in amounts
        ]
        known = FORECASTS if day == max(tables) else {}
        rated = assess(day, spends, rules, complete=True)
        found += [row for row in rated if (row.ou_path, row.currency) not in known]
        forecast = assess(day, spends, rules, known, complete=True)
        found += [row for row in forecast if (row.ou_path, row.currency) in known]
    return found


def statuses_of(tables: dict[date, pa.Table]) -> dict[date, DayStatus]:
    """Return what the ledger says of the days: all months but the last are invoiced."""
    open_month = Period.of(max(tables))
    return {day: "complete" if Period.of(day) == open_month else "final" for day in tables}


def board_of(
    tables: dict[date, pa.Table],
    told: Told = TOLD,
    *,
    outlooks: list[Outlook] | None = None,
    limits: Limits | None = None,
) -> Dashboard:
    """Return the dashboard of these days; the last of them is the run's."""
    cells = joined(cells_of(day, table, METRIC) for day, table in sorted(tables.items()))
    known = outlooks_of(tables) if outlooks is None else outlooks
    statuses = statuses_of(tables)
    return dashboard(replace(told, day=max(tables)), cells, known, limits, statuses=statuses)


@dataclass
class Opened:
    """A page in a browser, with everything that it asked for or complained of."""

    page: Page
    file: Path
    requests: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def go(self, place: str = "") -> None:
        """Open the file at a place, as a shared link does, and wait until it is drawn."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.file.as_uri()}{place}")
        self.drawn()

    def drawn(self) -> None:
        """Wait until the place in the address is drawn: a click changes that first."""
        where = self.page.evaluate("() => location.hash")
        self.page.wait_for_selector(f"html[data-drawn={json.dumps(where)}]")

    def title(self) -> str:
        """Return the heading."""
        return self.page.locator("h1").inner_text()

    def figures(self) -> dict[str, str]:
        """Return the figures on top by their label."""
        return {
            each.locator("dt").inner_text(): each.locator(".amount").inner_text()
            for each in self.page.locator(".figure").all()
        }

    def rows(self, table: str) -> list[list[str]]:
        """Return the cells of a table of the drill, as text."""
        lines = "tbody tr:not(.second)"
        body = self.page.get_by_role("table", name=table, exact=True).locator(lines)
        return [
            [re.sub(r"\s+", " ", cell.inner_text()) for cell in line.locator("th,td").all()]
            for line in body.all()
        ]


@contextmanager
def browser_page(chromium: str, **context: Any) -> Iterator[Page]:
    """Start a browser that no network is there for."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            page = browser.new_context(offline=True, **context).new_page()
            page.set_default_timeout(60_000)
            yield page
        finally:
            browser.close()


def opened(page: Page, file: Path) -> Opened:
    """Listen to a page that is going to show a file."""
    found = Opened(page, file)
    page.on("request", lambda request: found.requests.append(request.url))
    page.on("pageerror", lambda error: found.troubles.append(str(error)))
    page.on(
        "console",
        lambda said: (
            found.troubles.append(said.text) if said.type in ("error", "warning") else None
        ),
    )
    return found
