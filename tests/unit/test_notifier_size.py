"""No digest is so large that a mail client cuts it off; what it leaves out it counts."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from services.notifier.mail.render import MOST_BYTES, Rendered, render
from services.notifier.report.about_data import AboutData
from services.notifier.report.accounts import AccountNews
from services.notifier.report.figures import figures
from services.notifier.report.findings import MOST_CHANGES, MOST_FOUND
from services.notifier.report.ou_lines import MOST_OUS
from services.notifier.report.report import Report
from shared.account_changes import AccountChange, AccountChanges
from shared.outlook import Outlook
from tests.support.reports import ORIGIN, anomaly, change
from tests.support.units.rows import DAY, Row, archived_table, row

CURRENCIES = ("EUR", "USD")


def troubled(path: str, currency: str) -> Outlook:
    reason = "estimate 412.34 is 3.1 % over 400.00, but the upper end of its 80 % interval is more"
    amounts = Decimal("209.78"), Decimal("209.78"), Decimal(400), Decimal("412.34")
    return Outlook(
        DAY, path.removeprefix("Root/"), path, currency, *amounts, "forecast", "yellow", reason
    )


def digest(count: int, name: str = "business-unit", *, with_all: bool = True) -> Rendered:
    """Return the digest of a day on which everything is to be told of so many OUs."""
    paths = [f"Root/{name}-{n:03}/{name}-of-it" for n in range(count)]
    rows: list[Row] = [
        row(cost, OU=path, OUPath=path, Currency=currency, ChargeType=kind, Service=f"{name}{n}")
        for n, path in enumerate(paths)
        for currency in CURRENCIES
        for cost, kind in (("12.34", "Usage"), ("-1.01", "Credit"))
    ]
    outlooks = [troubled(path, each) for each in CURRENCIES for path in ("Root", *paths)]
    week = {DAY - timedelta(days=n): archived_table(*rows) for n in range(8)}
    told = figures(DAY, week, outlooks, "amortized", complete=True)
    return render(_with_all(Report(told, ORIGIN), name) if with_all else Report(told, ORIGIN))


def _with_all(report: Report, name: str) -> Report:
    found = [anomaly(service=name, account_name=name, currency=each) for each in CURRENCIES]
    changes = [change(service=name, account_name=name, currency=each) for each in CURRENCIES]
    account = AccountChange(account_id="1" * 12, name=name, ou=name, state="ACTIVE")
    accounts = AccountChanges(day=DAY, source="s3://b/k", sha256="0" * 64, new=(account,) * 30)
    return replace(
        report,
        anomalies=found * (MOST_FOUND + 1),
        changes=changes * (MOST_CHANGES + 1),
        news=AccountNews(accounts, "s3://b/k"),
        about=AboutData((), 0, (f"A note about {name}.",) * 6),
    )


@pytest.mark.parametrize("count", [1, 12, 60, 300])
@pytest.mark.parametrize("name", ["business-unit", "a-name-as-long-as-they-get-" * 4])
def test_no_digest_is_cut_off(count: int, name: str) -> None:
    assert len(digest(count, name).html.encode()) <= MOST_BYTES


def test_what_does_not_fit_is_counted_in_both_parts_alike() -> None:
    mail = digest(300)

    shown = mail.html.count('class="name"') - len(CURRENCIES) * (2 + 8)  # heads, and services
    left = (2 * 301 - shown) // 2
    assert shown < 2 * MOST_OUS
    assert mail.html.count(f"and {left} more OUs in the CSV") == len(CURRENCIES)
    assert mail.text.count(f"and {left} more OUs in the CSV") == len(CURRENCIES)


def test_a_digest_of_a_usual_organization_leaves_none_out() -> None:
    mail = digest(20, with_all=False)

    assert "more OUs in the CSV" not in mail.text
