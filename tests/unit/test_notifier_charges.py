"""Gross, credits and net: a credit never hides what was consumed."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.mail.render import render
from services.notifier.report.charges import by_type, charges, charges_by_ou, month_to_date
from services.notifier.report.figures import figures
from services.notifier.report.origin import Origin
from services.notifier.report.ou_lines import MOST_GIVING
from services.notifier.report.report import Report
from shared.errors import InputError
from shared.locations import breakdown_key
from shared.memory import MemoryStore
from shared.money import exact_sum
from tests.support.units.aio import in_loop
from tests.support.units.events import cataloged
from tests.support.units.mail import outlook
from tests.support.units.notifier import Notifier, last_text
from tests.support.units.pages import Page, squeezed
from tests.support.units.rows import DAY, Row, archived_table, row

MONEY = st.decimals(
    allow_nan=False, allow_infinity=False, places=12, min_value="-1e12", max_value="1e12"
)
TYPES = ["Usage", "Tax", "Fee", "Credit", "Refund", "Discount", "Something new"]
LINES = st.lists(st.tuples(st.sampled_from(TYPES), MONEY), max_size=12)


OUS = ["Root", "Root/A", "Root/A/B", "Root/AB", "Unmapped"]


def both(*rows: Row, ous: Sequence[str] = ("Root",)) -> tuple[str, str]:
    """Return the texts of a digest of a month that had these rows twice."""
    table = archived_table(*rows)
    month = [by_type(table, "amortized")] * 2
    outlooks = [outlook(ou) for ou in ous]
    told = figures(DAY, {DAY: table}, outlooks, "amortized", complete=True, month=month)
    rendered = render(Report(told, Origin("run-1", "x/y", replay=False)))
    return squeezed(rendered.text), squeezed(Page(rendered.html).text)


@given(LINES)
def test_gross_credits_and_refunds_are_exactly_net_which_is_the_total(
    lines: list[tuple[str, Decimal]],
) -> None:
    rows = [row(str(cost), AmortizedCost=cost, ChargeType=kind) for kind, cost in lines]

    found = charges([by_type(archived_table(*rows), "amortized")])

    if not lines:
        assert found == {}
        return
    usd = found["USD"]
    given_back = [cost for kind, cost in lines if kind in ("Credit", "Refund")]
    assert usd.net == exact_sum(cost for _, cost in lines)
    assert exact_sum((usd.credits or Decimal(0), usd.refunds or Decimal(0))) == (
        exact_sum(given_back)
    )
    assert exact_sum((usd.gross, *given_back)) == usd.net


def test_the_digest_says_all_of_the_day_and_of_the_month() -> None:
    told = both(
        row("1100"),
        row("-50", ChargeType="Discount"),
        row("-80", ChargeType="Credit"),
        row("-20", ChargeType="Refund"),
    )

    for text in told:
        assert (
            "Day: gross 1,050.00 (after discounts of 50.00), credits −80.00, refunds −20.00, "
            "net 950.00"
        ) in text
        assert (
            "Month to date: gross 2,100.00 (after discounts of 100.00), credits −160.00, "
            "refunds −40.00, net 1,900.00"
        ) in text


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("Credit", "Day: gross 10.00, credits −3.00, net 7.00"),
        ("Refund", "Day: gross 10.00, refunds −3.00, net 7.00"),
        ("Discount", "Day: gross 7.00 (after discounts of 3.00), net 7.00"),
    ],
)
def test_only_what_there_is_is_said(kind: str, said: str) -> None:
    for text in both(row("10"), row("-3", ChargeType=kind)):
        assert said in text


def test_credits_that_cancel_out_are_said_all_the_same() -> None:
    for text in both(row("10"), row("-3", ChargeType="Credit"), row("3", ChargeType="Credit")):
        assert "Day: gross 10.00, credits 0.00, net 10.00" in text


def test_consumption_that_a_credit_pays_for_is_seen() -> None:
    for text in both(row("500"), row("-500", ChargeType="Credit")):
        assert "Day: gross 500.00, credits −500.00, net 0.00" in text


def test_without_credits_refunds_and_discounts_the_total_says_it_all() -> None:
    for text in both(row("10"), row("1", ChargeType="Tax")):
        assert "gross" not in text


def test_currencies_stay_apart() -> None:
    rows = [row("10"), row("-3", ChargeType="Credit"), row("5", Currency="EUR")]

    found = charges([by_type(archived_table(*rows), "amortized")])

    assert {currency: (each.gross, each.credits) for currency, each in found.items()} == {
        "EUR": (Decimal(5), None),
        "USD": (Decimal(10), Decimal(-3)),
    }


@given(st.lists(st.tuples(st.sampled_from(OUS), st.sampled_from(TYPES), MONEY), max_size=12))
def test_an_ou_has_the_charges_of_everything_below_it(
    lines: list[tuple[str, str, Decimal]],
) -> None:
    rows = [row(OUPath=ou, AmortizedCost=cost, ChargeType=kind) for ou, kind, cost in lines]

    found = charges_by_ou([by_type(archived_table(each), "amortized") for each in rows])

    for ou in OUS:
        below = [
            row(AmortizedCost=cost, ChargeType=kind)
            for path, kind, cost in lines
            if path == ou or path.startswith(f"{ou}/")
        ]
        alone = charges([by_type(archived_table(*below), "amortized")])
        assert found.get(("USD", ou)) == alone.get("USD")


def test_an_ou_whose_consumption_a_credit_pays_for_is_named_with_it() -> None:
    told = both(
        row("500", OUPath="Root/A/B"),
        row("-500", OUPath="Root/A/B", ChargeType="Credit"),
        row("7", OUPath="Root/C"),
        ous=("Root", "Root/A", "Root/A/B", "Root/C"),
    )

    for text in told:
        day, month = "gross 500.00, credits −500.00, net 0.00", "gross 1,000.00, credits −1,000.00"
        for ou in ("A", "A/B"):
            assert f" {ou} Day: {day} Month to date: {month}, net 0.00" in text
        assert text.count("Day: gross") == 3, "the total, and the two OUs; not Root again, nor C"


def test_discounts_alone_are_no_reason_to_name_every_ou() -> None:
    told = both(
        row("10", OUPath="Root/A"),
        row("-1", OUPath="Root/A", ChargeType="Discount"),
        ous=("Root", "Root/A"),
    )

    for text in told:
        assert text.count("Day: gross") == 1


def test_of_very_many_ous_with_credits_some_are_named_and_the_others_counted() -> None:
    ous = [f"Root/{n:03}" for n in range(MOST_GIVING + 7)]
    rows = [row("-1", OUPath=ou, ChargeType="Credit") for ou in ous]

    for text in both(*rows, ous=ous):
        assert text.count("Day: gross") == MOST_GIVING + 1
        assert "and 7 more" in text


def test_a_cost_that_is_not_stated_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="net_amortized"):
        by_type(archived_table(row()), "net_amortized")


@in_loop
async def test_the_month_is_every_archived_day_of_it_until_the_digests() -> None:
    notifier = Notifier()
    first = DAY.replace(day=1)
    credit = row("-1", ChargeType="Credit")
    days = {
        first: [row("10"), credit],
        DAY - timedelta(days=1): [row("20"), credit],
        DAY: [row("30")],
        DAY + timedelta(days=1): [row("1000"), credit],
    }

    await notifier.hear(await cataloged(notifier.store, days, day=DAY, first_day=DAY))

    text = last_text(notifier)
    assert "Month to date: gross 60.00, credits −2.00, net 58.00" in text
    assert "Month to date    58.00 USD" in text
    assert "Day: gross" not in text


@in_loop
async def test_a_day_that_is_read_already_is_not_read_again() -> None:
    store = MemoryStore()
    await cataloged(store, {DAY.replace(day=1): [row("10")], DAY: [row("30")]})
    del store.versions[breakdown_key(DAY)]

    found = await month_to_date(store, DAY, {DAY: archived_table(row("5"))}, "amortized")

    assert charges(found)["USD"].net == Decimal(15)
