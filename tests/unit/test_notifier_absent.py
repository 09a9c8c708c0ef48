"""What a digest says of a day that is not whole: which OUs, accounts and services lack."""

from datetime import timedelta

import pytest

from services.notifier.report.absent import MOST, absent
from tests.support.units.aio import in_loop
from tests.support.units.notifier import Notifier, hear, last_text
from tests.support.units.rows import DAY, Row, archived_table, row

WEEK_AGO = DAY - timedelta(days=7)
SINCE = "that had some on Mon 09 Mar"
LAB: Row = {
    "OU": "Sandbox", "OUPath": "Root/Sandbox", "LinkedAccount": "222222222222",
    "AccountName": "lab", "Service": "AmazonRDS",
}  # fmt: skip


def said(before: list[Row], now: list[Row]) -> tuple[str, ...]:
    return absent(DAY, {WEEK_AGO: archived_table(*before), DAY: archived_table(*now)}, "amortized")


def test_ous_accounts_and_services_without_usage_are_named() -> None:
    assert said([row(), row(**LAB)], [row()]) == (
        f"No usage yet of 1 OU {SINCE}: Sandbox",
        f"No usage yet of 1 account {SINCE}: lab (222222222222)",
        f"No usage yet of 1 service {SINCE}: AmazonRDS",
    )


def test_a_tax_line_is_no_usage_and_lacks_none() -> None:
    tax = row(**LAB | {"ChargeType": "Tax"})

    assert said([row(), tax], [row()]) == ()
    assert len(said([row(), row(**LAB)], [row(), tax])) == 3


def test_what_cost_most_in_one_currency_comes_first_and_the_rest_is_counted() -> None:
    costs = {f"Service{n}": str(n) for n in range(MOST + 2)}
    before = [row(cost, Service=name) for name, cost in costs.items()]
    before.append(row("100", Service="Euro", Currency="EUR"))

    (sentence,) = said(before, [row(Service="other")])

    assert sentence.startswith(f"No usage yet of {MOST + 3} services {SINCE}: Euro, Service6, ")
    assert sentence.endswith(" and 3 more")


def test_an_account_without_a_name_is_called_by_its_id() -> None:
    nameless = row(LinkedAccount="333333333333", AccountName="")

    assert said([row(), nameless], [row()]) == (f"No usage yet of 1 account {SINCE}: 333333333333",)


def test_without_the_same_weekday_nothing_can_be_said() -> None:
    yesterday = {DAY - timedelta(days=1): archived_table(row(**LAB)), DAY: archived_table(row())}

    assert absent(DAY, yesterday, "amortized") == ()


@pytest.mark.parametrize("partial", [True, False])
@in_loop
async def test_a_digest_says_it_of_a_partial_day_alone(partial: bool) -> None:
    notifier = Notifier()
    scope = {"complete_through": None} if partial else {}

    await hear(notifier, {WEEK_AGO: [row(), row(**LAB)], DAY: [row()]}, **scope)

    assert ("account that had some on Mon 09 Mar: lab (222222222222)" in last_text(notifier)) is (
        partial
    )
