"""Why cost changed: five causes that add up to the change exactly, whatever the days hold."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from services.forecaster.why import Compared
from shared.currency import Display
from shared.days import ONE_DAY, Period
from shared.drivers import drivers_table
from shared.money import exact_sum
from shared.why import CAUSES, Change, within
from tests.support.units.rows import DAY, Row, archived_table, row

BEFORE = DAY - ONE_DAY
Lines = Sequence[tuple[date, Row, str, str]]
"""Rows of the breakdown by day, each with its usage type and the units that were used."""


def line(
    day: date, cost: str, units: str = "0", usage_type: str = "BoxUsage", **columns: Any
) -> tuple[date, Row, str, str]:
    return day, row(cost, BillingDate=day, **columns), usage_type, units


def driver(each: tuple[date, Row, str, str]) -> dict[str, Any]:
    _, its, usage_type, units = each
    named = {name: its.get(name) for name in drivers_table([]).column_names}
    return named | {"UsageType": usage_type, "Region": "", "UsageAmount": Decimal(units)}


def compared(lines: Lines, display: Display | None = None, *, lost: bool = False) -> Compared:
    drivers = [] if lost else [driver(each) for each in lines]
    tables: dict[date, pa.Table] = {}
    for day in sorted({BEFORE, DAY, *(each[0] for each in lines)}):
        tables[day] = archived_table(*(each[1] for each in lines if each[0] == day))
    table = pa.Table.from_pylist(drivers, schema=drivers_table([]).schema)
    return Compared(tables, drivers_table([table]), "amortized", display)


def causes(change: Change) -> dict[str, Decimal]:
    return {cause: getattr(change, cause) for cause in CAUSES if getattr(change, cause)}


def of_day(*lines: tuple[date, Row, str, str], **how: Any) -> list[Change]:
    return [c for c in compared(lines, **how).changes(DAY) if c.span == "day"]


def test_more_use_at_another_price_is_told_apart() -> None:
    (found,) = of_day(line(BEFORE, "10", "5"), line(DAY, "24", "8"))

    # Eight units now: 16 at the old price of 2, so 6 is more use and 8 is the price of 3.
    assert causes(found) == {"usage": Decimal(6), "price": Decimal(8)}


def test_what_began_is_new_and_what_ended_is_gone() -> None:
    began = line(DAY, "3", "1", Service="AWS Lambda")
    ended = line(BEFORE, "7", "1", LinkedAccount="2" * 12)

    found = {c.account: causes(c) for c in of_day(began, ended)}

    assert found == {"1" * 12: {"new": Decimal(3)}, "2" * 12: {"gone": Decimal(-7)}}


def test_another_usage_type_of_a_known_service_is_more_use() -> None:
    both = [line(day, "10", "5") for day in (BEFORE, DAY)]

    (found,) = of_day(*both, line(DAY, "4", "1", "NatGateway-Hours"))

    assert causes(found) == {"usage": Decimal(4)}


def test_credits_refunds_and_discounts_are_one_cause() -> None:
    both = [line(day, "10", "5") for day in (BEFORE, DAY)]
    lowered = [line(DAY, f"-{n}", ChargeType=kind) for n, kind in ((1, "Credit"), (2, "Discount"))]

    (found,) = of_day(*both, *lowered)

    assert causes(found) == {"credits": Decimal(-3)}
    assert (found.before, found.after) == (Decimal(10), Decimal(7))


def test_charges_without_use_have_no_price() -> None:
    tax = {"ChargeType": "Tax"}

    (found,) = of_day(line(BEFORE, "5", "0", "", **tax), line(DAY, "6", "0", "", **tax))

    assert causes(found) == {"usage": Decimal(1)}


def test_units_of_no_known_type_have_no_price() -> None:
    (found,) = of_day(line(BEFORE, "10", "10", ""), line(DAY, "12", "1000", ""))

    assert causes(found) == {"usage": Decimal(2)}


def test_without_what_drove_the_cost_everything_is_use() -> None:
    (found,) = of_day(line(BEFORE, "10", "5"), line(DAY, "24", "8"), lost=True)

    assert causes(found) == {"usage": Decimal(14)}


def test_a_price_that_differs_by_rounding_is_the_same() -> None:
    (found,) = of_day(line(BEFORE, "0.333333333333", "1"), line(DAY, "0.666666666667", "2"))

    assert found.price == 0


def test_a_month_is_held_against_as_many_days_of_the_one_before() -> None:
    days = [Period(2026, 2).first + timedelta(days=n) for n in range(28)]
    days += [date(2026, 3, n) for n in range(1, 17)]
    lines = [line(day, "1", "1") for day in days]

    found = compared(lines).changes(DAY)

    assert [(c.span, int(c.before), int(c.after)) for c in found] == [
        ("day", 1, 1),
        ("month", 16, 16),
    ]


def test_the_last_days_of_a_long_month_are_held_against_all_of_a_short_one() -> None:
    days = [Period(2026, 2).first + timedelta(days=n) for n in range(28)]
    days += [date(2026, 3, n) for n in range(1, 32)]
    lines = [line(day, "1", "1") for day in days]

    found = compared(lines).changes(date(2026, 3, 31))

    assert [(c.span, int(c.before), int(c.after)) for c in found] == [
        ("day", 1, 1),
        ("month", 28, 31),
    ]


def test_where_days_are_not_archived_nothing_is_said() -> None:
    whole = compared([line(DAY, "1")])
    without = Compared({DAY: whole.tables[DAY]}, whole.drivers, "amortized")

    assert without.changes(DAY) == []


def test_in_the_display_currency_both_sides_are_at_one_rate() -> None:
    rates = {Period(2026, 3): {"EUR": Decimal("1.1"), "JPY": Decimal("0.0066666")}}
    lines = [
        line(day, cost, cost, Currency=currency)
        for currency in ("EUR", "JPY")
        for day, cost in ((BEFORE, "10"), (DAY, "33.3"))
    ]

    (found,) = of_day(*lines, display=Display("USD", rates, "daybook.yaml"))

    assert found.currency == "USD"
    assert found.before == Decimal("11.066666")
    assert found.total == found.after - found.before


ACCOUNTS = st.sampled_from(["1" * 12, "2" * 12])
OUS = st.sampled_from(["Root", "Root/A", "Root/A/B"])
KINDS = st.sampled_from(["Usage", "Usage", "Tax", "Credit", "Discount", "Fee"])
MONEY = st.decimals(-1000, 1000, places=12)


@st.composite
def lines(draw: st.DrawFn) -> list[tuple[date, Row, str, str]]:
    drawn = draw(
        st.dictionaries(
            st.tuples(st.sampled_from([BEFORE, DAY]), ACCOUNTS, KINDS, st.sampled_from("ST")),
            st.tuples(MONEY, st.integers(0, 9), OUS),
            max_size=12,
        )
    )
    return [
        line(
            day,
            str(cost),
            str(units),
            LinkedAccount=account,
            ChargeType=kind,
            Service=service,
            OU=ou,
            OUPath=ou,
        )
        for (day, account, kind, service), (cost, units, ou) in drawn.items()
    ]


def test_what_is_billed_no_longer_went_at_the_rate_of_its_own_month() -> None:
    first, before = date(2026, 3, 1), date(2026, 2, 28)
    rates = {
        Period(2026, 2): {"GBP": Decimal("1.1"), "USD": Decimal(7)},
        Period(2026, 3): {"USD": Decimal("0.9")},
    }
    both = compared(
        [
            line(before, "10", Currency="GBP"),
            line(before, "10", Currency="USD"),
            line(first, "30", Currency="USD"),
        ],
        Display("EUR", rates, "daybook.yaml"),
    )

    (found,) = [change for change in both.changes(first) if change.span == "day"]

    assert (found.before, found.after) == (Decimal(20), Decimal(27))  # 10 x 1.1 + 10 x 0.9
    assert causes(found) == {"gone": Decimal(-11), "usage": Decimal(18)}


@given(lines(), st.decimals(min_value="0.000001", max_value=200, places=6))
def test_the_causes_add_up_to_the_change_for_every_ou(
    drawn: list[tuple[date, Row, str, str]], rate: Decimal
) -> None:
    display = Display("EUR", {Period(2026, 3): {"USD": rate}}, "daybook.yaml")
    for shown in (None, display):
        found = of_day(*drawn, display=shown)
        for change in found:
            assert change.total == change.after - change.before
        for ou in ("Root", "Root/A", "Root/A/B"):
            total = exact_sum(change.total for change in within(found, ou, "day"))
            own = [r for _, r, _, _ in drawn if f"{r['OUPath']}/".startswith(f"{ou}/")]
            after = exact_sum(r["AmortizedCost"] for r in own if r["BillingDate"] == DAY)
            before = exact_sum(r["AmortizedCost"] for r in own if r["BillingDate"] == BEFORE)
            if shown is None:
                assert total == after - before
            else:
                assert abs(total - (after - before) * rate) < Decimal("0.005")
