"""The display currency: configured with a rate per month, exact, and never guessed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.report.charges import by_type, charges
from services.notifier.report.displayed import Shown
from shared.config import load_config
from shared.currency import Display
from shared.days import Period
from shared.errors import InputError
from shared.money import exact_sum
from tests.support.units.rows import Row, archived_table, row

MARCH = Period(2026, 3)
MINIMAL = """\
source: {format: cur2, location: s3://exports/cur}
organization: {location: s3://config/organization.csv}
digest: {sender: a@example.com, recipients: [b@example.com]}
"""
RATES = st.decimals("0.000001", "100000", places=6)
AMOUNTS = st.decimals("-1e15", "1e15", places=12)


def display(**rates: str) -> Display:
    known = {code: Decimal(rate) for code, rate in rates.items()}
    return Display("EUR", {MARCH: known}, "s3://config/daybook.yaml")


def configured(currency: str) -> Display:
    config = load_config(f"{MINIMAL}currency: {currency}\n", "daybook.yaml")
    found = Display.of(config.currency, "daybook.yaml")
    assert found
    return found


def test_rates_are_read_by_month_and_currency() -> None:
    known = configured("{display: EUR, rates: {2026-03: {USD: 0.92, NOK: '0.085'}}}")

    assert known.rate("USD", MARCH) == Decimal("0.92")
    assert known.convert(Decimal(100), "NOK", MARCH) == Decimal("8.5")
    assert known.convert(Decimal("7.5"), "EUR", Period(2031, 1)) == Decimal("7.5")


def test_without_a_display_currency_there_is_none() -> None:
    assert Display.of(load_config(MINIMAL, "daybook.yaml").currency, "daybook.yaml") is None


@pytest.mark.parametrize("period", [Period(2026, 2), Period(2026, 4)])
def test_another_months_rate_is_no_rate(period: Period) -> None:
    known = configured("{display: EUR, rates: {2026-03: {USD: 0.92}}}")

    with pytest.raises(InputError) as caught:
        known.rate("USD", period)

    assert str(caught.value) == (
        f"daybook.yaml, currency.rates.{period}.USD: has no rate from USD to EUR. "
        f"Add it: what 1 USD is in EUR in {period}"
    )


def test_what_was_billed_before_is_converted_at_the_months_rate_or_else_at_its_own() -> None:
    known = configured(
        "{display: EUR, rates: {2026-02: {USD: 0.8, GBP: 1.1}, 2026-03: {USD: 0.9}}}"
    )
    february = Period(2026, 2)

    assert known.rate("USD", MARCH, february) == Decimal("0.9")
    assert known.rate("GBP", MARCH, february) == Decimal("1.1")
    for billed, month in ((MARCH, "2026-03"), (Period(2026, 1), "2026-01")):
        with pytest.raises(InputError, match=f"{month}.GBP"):
            known.rate("GBP", MARCH, billed)


@pytest.mark.parametrize(
    ("currency", "said"),
    [
        ("{display: EUR, rates: {2026-03: {EUR: 1}}}", r"line 4 .*2026-03 has a rate from EUR to"),
        ("{display: EUR, rates: {2026-03: {USD: 0}}}", r"line 4 .*currency.rates.*USD.*greater"),
        ("{display: EUR, rates: {2026-03: {USD: -1}}}", r"line 4 .*currency.rates.*USD.*greater"),
        ("{display: EUR, rates: {2026-13: {USD: 1}}}", r"line 4 .*currency.rates"),
        ("{display: EUR, rates: {2026-03: {usd: 1}}}", r"line 4 .*currency.rates"),
        ("{display: euro}", r"line 4 .*currency.display"),
        ("{rates: {}}", r"line 4 .*currency.display"),
    ],
)
def test_a_wrong_currency_section_is_refused_with_its_line(currency: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        configured(currency)


def test_a_budget_in_another_currency_than_the_lights_is_refused() -> None:
    budget = 'budgets: [{ou: Data, monthly: "5", from: 2026-01-01}]\n'
    text = f"{MINIMAL}currency: {{display: EUR}}\n{budget}"

    with pytest.raises(InputError, match="Root/Data is in USD, and the lights are in EUR"):
        load_config(text, "daybook.yaml")


ROWS = st.lists(
    st.builds(
        lambda currency, kind, cost: row(
            UnblendedCost=cost, AmortizedCost=cost, Currency=currency, ChargeType=kind
        ),
        st.sampled_from(["USD", "NOK", "EUR"]),
        st.sampled_from(["Usage", "Credit", "Refund", "Discount"]),
        AMOUNTS,
    ),
    max_size=8,
)


@given(ROWS, RATES, RATES)
def test_the_sum_of_converted_figures_is_the_converted_sum(
    rows: list[Row], dollar: Decimal, krone: Decimal
) -> None:
    shown = Shown(display(USD=str(dollar), NOK=str(krone)), MARCH)
    table = archived_table(*rows)

    converted = charges([by_type(shown.table(table, MARCH.first), "amortized")])
    parts = charges(shown.charges([by_type(table, "amortized")]))
    billed = charges([by_type(table, "amortized")])

    whole = exact_sum(shown.display.convert(each.net, name, MARCH) for name, each in billed.items())
    assert converted == parts
    assert set(converted) <= {"EUR"}
    assert exact_sum(each.net for each in converted.values()) == whole


def test_rows_are_converted_with_every_digit_and_nulls_stay_null() -> None:
    table = archived_table(row("-12345678901234.123456789012", Currency="USD"))

    converted = Shown(display(USD="0.123456789012"), MARCH).table(table, MARCH.first)

    exact = Decimal("-1524157875319.561166019561153483936144")
    assert converted["AmortizedCost"].to_pylist() == [exact]
    assert converted["NetAmortizedCost"].to_pylist() == [None]
    assert table["Currency"].to_pylist() == ["USD"]
