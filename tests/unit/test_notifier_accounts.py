"""The digest's section about accounts."""

import pytest

from services.notifier.mail.render import Rendered, render
from services.notifier.report.accounts import MOST_ACCOUNTS, AccountNews
from services.notifier.report.figures import figures
from services.notifier.report.origin import Origin
from services.notifier.report.report import Report
from shared.account_changes import AccountChange, AccountChanges
from tests.support.units.pages import Page, squeezed
from tests.support.units.rows import DAY, Row, archived_table, row

ORIGIN = Origin("run-1", "20260317T060000.000000Z/execution", replay=False)
LEDGER = "s3://archive/ledger/organization/changes/x.json"


def account(number: int = 1, **fields: str) -> AccountChange:
    known = {"account_id": f"{number:012}", "name": f"shop-{number}", "ou": "A", "state": "ACTIVE"}
    return AccountChange.model_validate(known | fields)


def rendered(*rows: Row, **changes: tuple[AccountChange, ...]) -> Rendered:
    told = figures(DAY, {DAY: archived_table(*rows)}, [], "amortized", complete=True)
    found = AccountChanges(day=DAY, source="s3://x/y", sha256="0" * 64, **changes)
    return render(Report(told, ORIGIN, AccountNews(found, LEDGER) if changes else None))


def both(digest: Rendered) -> tuple[str, str]:
    return squeezed(digest.text), squeezed(Page(digest.html).text)


@pytest.mark.parametrize(
    ("kind", "change", "told"),
    [
        ("new", account(), "000000000001 shop-1 in A"),
        ("moved", account(moved_from="B"), "000000000001 shop-1 from B to A"),
        ("closed", account(state="SUSPENDED"), "000000000001 shop-1 in A, now SUSPENDED"),
    ],
)
def test_both_parts_name_the_account_and_what_happened(
    kind: str, change: AccountChange, told: str
) -> None:
    for text in both(rendered(**{kind: (change,)})):
        assert "Accounts" in text
        assert kind.capitalize() in text
        assert told in text


def test_a_day_without_news_has_no_such_section() -> None:
    for text in both(rendered(row())):
        assert "Accounts" not in text


def test_of_many_accounts_the_first_are_named_and_the_rest_counted() -> None:
    many = tuple(account(number) for number in range(MOST_ACCOUNTS + 3))

    for text in both(rendered(new=many)):
        assert f"shop-{MOST_ACCOUNTS - 1} " in text
        assert f"shop-{MOST_ACCOUNTS} " not in text
        assert f"and 3 more in {LEDGER}" in text


def test_as_many_accounts_as_are_named_leave_nothing_to_count() -> None:
    exactly = tuple(account(number) for number in range(MOST_ACCOUNTS))

    for text in both(rendered(new=exactly)):
        assert "more in" not in text


def test_of_many_accounts_in_no_ou_the_largest_are_named_and_the_rest_counted() -> None:
    rows = [
        row(str(n), OUPath="Unmapped", LinkedAccount=f"{n:012}")
        for n in range(1, MOST_ACCOUNTS + 3)
    ]

    for text in both(rendered(*rows)):
        assert f"account {MOST_ACCOUNTS + 2:012} with {MOST_ACCOUNTS + 2}.00 USD" in text
        assert "account 000000000002 with" not in text
        assert "and 2 more accounts in the CSV" in text


def test_costs_in_no_ou_are_told_apart_by_currency() -> None:
    rows = [row(OUPath="Unmapped", Currency=currency) for currency in ("EUR", "USD")]

    for text in both(rendered(*rows)):
        assert "account 111111111111 with 1.00 EUR" in text
        assert "account 111111111111 with 1.00 USD" in text
