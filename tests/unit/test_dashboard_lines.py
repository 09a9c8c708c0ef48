"""The dashboard's lines: exact amounts, each rounded by itself, and nothing left out in silence."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.notifier.dashboard.cells import Cells, cells_of, in_currency, joined
from services.notifier.dashboard.given_back import MOST
from services.notifier.dashboard.lines import Limits, Line, lines_of
from services.notifier.dashboard.places import ALL, Place
from services.notifier.dashboard.series import Series, whole_cents
from services.notifier.report.charges import by_type, charges_by_ou
from shared.money import MINUS, cents, exact_sum
from tests.support.units.rows import DAY, archived_table, row

MONEY = st.decimals(-(10**7), 10**7, places=12)
DAYS = tuple(DAY - timedelta(days=n) for n in reversed(range(40)))
NEVER = Decimal(0)


def cells(*rows: dict[str, object]) -> Cells:
    days = sorted({each["BillingDate"] for each in rows}, key=str)
    tables = {d: archived_table(*(r for r in rows if r["BillingDate"] == d)) for d in days}
    return joined(cells_of(day, tables[day], "amortized") for day in DAYS if day in tables)


def lines(*rows: dict[str, object], limits: Limits | None = None) -> dict[Place, Line]:
    found = lines_of(in_currency(cells(*rows), "USD"), DAYS, limits or Limits())
    return {line.place: line for line in found.lines}


@given(MONEY)
def test_whole_cents_are_what_a_reader_sees(amount: Decimal) -> None:
    shown = f"{Decimal(whole_cents(amount)).scaleb(-2):,.2f}"
    assert shown.replace("-", MINUS) == cents(amount)


@given(st.dictionaries(st.sampled_from(DAYS), MONEY))
def test_month_to_date_is_rounded_once(costs: dict[date, Decimal]) -> None:
    series = Series.of(costs, DAYS)

    for number, day in enumerate(DAYS):
        so_far = exact_sum(
            cost
            for other, cost in costs.items()
            if other <= day and (other.year, other.month) == (day.year, day.month)
        )
        assert series.to_date[number] == whole_cents(so_far)
        assert series.daily[number] == whole_cents(costs.get(day, NEVER))


def test_a_line_holds_what_lies_below_it() -> None:
    found = lines(
        row("1.005", OUPath="Root/A/B", Service="S"),
        row("2.005", OUPath="Root/A", Service="S", LinkedAccount="2"),
        row("4", OUPath="Root/AB", Service="T"),
        row("8", OUPath="Unmapped", Service="T", BillingDate=DAY - timedelta(days=1)),
    )

    assert found[Place()].month == 1501
    assert found[Place("Root")].day == 701
    assert found[Place("Root/A")].day == 301
    assert found[Place("Root/A", "S")].day == 301
    assert found[Place("Root/A/B", "S", "111111111111")].day == 100
    assert Place("Root/A", "S", "111111111111") not in found


def test_the_month_before_is_a_whole_one() -> None:
    found = lines(
        row("1", BillingDate=date(2026, 2, 10)), row("2", BillingDate=date(2026, 2, 28)), row("4")
    )

    whole = found[Place()]
    assert (whole.before, whole.month) == (300, 400)
    assert found[Place("Root/Workloads/Prod", "AmazonEC2", "111111111111")].before == 300


def test_what_has_no_name_has_a_place() -> None:
    found = lines(row("1", Service="", LinkedAccount=""), row("2", Service="(blank)"))

    assert found[Place()].day == 300
    assert found[Place("Root/Workloads/Prod", "(blank)")].day == 300


def test_currencies_are_never_added() -> None:
    found = lines(row("1"), row("2", Currency="EUR"))

    assert found[Place()].day == 100


def test_the_smallest_are_left_out_and_counted() -> None:
    rows = [row(str(n), LinkedAccount=f"{n:012d}") for n in range(1, 11)]
    found = lines_of(in_currency(cells(*rows), "USD"), DAYS, Limits(values=400, accounts=4))

    kept = {line.place.account for line in found.lines if line.place.account}
    assert kept == {f"{n:012d}" for n in (7, 8, 9, 10)}
    assert (found.accounts, found.left_out, found.left_out_cost) == (10, 6, 2100)
    total = next(line for line in found.lines if line.place == Place())
    assert total.day == 5500
    # 400 values are ten lines of forty days: eight of OUs and their service, two of accounts.
    assert found.without_days == 2


def test_very_many_outlooks_take_room_from_the_days_of_small_accounts() -> None:
    assert Limits.beside(10_000) == Limits()
    assert Limits.beside(20_000) == Limits(values=Limits.values - 80_000)
    assert Limits.beside(10**6) == Limits(values=0)


BACK = st.sampled_from(["Usage", "Tax", "Discount", "Credit", "Refund"])
GIVEN = st.lists(st.tuples(st.sampled_from(["Root/A", "Root/A/B", "Root/AB"]), BACK, MONEY))


@given(GIVEN, GIVEN)
def test_what_was_given_back_is_what_the_digest_says(
    before: list[tuple[str, str, Decimal]], today: list[tuple[str, str, Decimal]]
) -> None:
    rows = [
        row(OUPath=ou, ChargeType=kind, AmortizedCost=cost, BillingDate=day)
        for day, each in ((DAY - timedelta(days=1), before), (DAY, today))
        for ou, kind, cost in each
    ]
    page = lines_of(in_currency(cells(*rows), "USD"), DAYS, Limits())
    days = {
        day: by_type(archived_table(*(r for r in rows if r["BillingDate"] == day)), "amortized")
        for day in DAYS[-2:]
    }
    of_day, of_month = (charges_by_ou(parts) for parts in ([days[DAY]], days.values()))
    found = {each.ou: each for each in page.given_back}

    assert found.keys() - {ALL} == {ou for (_, ou), each in of_month.items() if each.gave_back}
    for ou in found.keys() - {ALL}:
        month, day = of_month["USD", ou], of_day.get(("USD", ou))
        for name in ("gross", "credits", "refunds", "discounts"):
            kind, exact = getattr(found[ou], name), getattr(month, name)
            assert name == "gross" or (kind is None) == (exact is None)
            if kind is not None:
                of_the_day = getattr(day, name, None)
                assert kind.series.to_date[-1] == whole_cents(exact)
                assert kind.series.daily[-1] == whole_cents(of_the_day or NEVER)
                assert name == "gross" or kind.stated[-1] == (of_the_day is not None)


def test_of_very_many_ous_the_page_has_those_that_were_given_most() -> None:
    found = lines_of(
        in_currency(
            cells(*(row(str(-n), OUPath=f"Root/{n:03}", ChargeType="Credit") for n in range(90))),
            "USD",
        ),
        DAYS,
        Limits(),
    )

    kept = [each.ou for each in found.given_back]
    assert kept == [ALL, "Root", *(f"Root/{n:03}" for n in range(90 - MOST + 1, 90))]
