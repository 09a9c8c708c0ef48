"""Exact money."""

from decimal import Decimal, Inexact
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.errors import InputError
from shared.money import Amounts, add_amounts, cents, exact_sum, plain
from tests.support.units.rows import usd

AMOUNTS = st.decimals(min_value=-(10**25), max_value=10**25, places=12)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30))
def test_plain_text_is_the_same_amount_without_an_exponent(amount: Decimal) -> None:
    text = plain(amount)

    assert Decimal(text) == amount
    assert "E" not in text.upper()
    assert not ("." in text and text.endswith(("0", ".")))
    assert text not in ("-0", "")


@pytest.mark.parametrize(
    ("amount", "text"),
    [("1E-7", "0.0000001"), ("12.50", "12.5"), ("-0.000", "0"), ("0E+3", "0"), ("1E+2", "100"),
     ("100", "100"), ("-5.10", "-5.1")],
)  # fmt: skip
def test_plain_text_of_special_amounts(amount: str, text: str) -> None:
    assert plain(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [("1234.5", "1,234.50"), ("0.005", "0.00"), ("0.015", "0.02"), ("-0.004", "0.00"),
     ("-1234567.899", "−1,234,567.90"), ("99999999999999999999999999.99",
     "99,999,999,999,999,999,999,999,999.99")],
)  # fmt: skip
def test_cents_are_for_readers(amount: str, text: str) -> None:
    assert cents(Decimal(amount)) == text


@given(st.lists(AMOUNTS), st.randoms(use_true_random=False))
def test_a_sum_does_not_depend_on_the_order(amounts: list[Decimal], random: Random) -> None:
    shuffled = random.sample(amounts, len(amounts))

    assert plain(exact_sum(shuffled)) == plain(exact_sum(amounts))


@given(st.lists(st.integers(-(10**37), 10**37), max_size=50))
def test_a_sum_is_the_sum_of_whole_units(units: list[int]) -> None:
    amounts = [Decimal(f"{unit}E-12") for unit in units]

    assert plain(exact_sum(amounts)) == plain(Decimal(f"{sum(units)}E-12"))


def test_a_sum_of_ten_tenths_is_one() -> None:
    assert exact_sum([Decimal("0.1")] * 10) == Decimal(1)


def test_a_digit_is_never_lost_silently() -> None:
    with pytest.raises(Inexact):
        exact_sum([Decimal(10) ** 80, Decimal("0.000000000001")])


def test_the_sum_of_nothing_is_zero() -> None:
    assert exact_sum([]) == 0
    assert add_amounts([]) == ()


def test_amounts_are_added_currency_by_currency_in_order() -> None:
    parts = [usd("1", "2"), usd("5", currency="EUR"), usd("10", "20")]

    assert add_amounts(parts) == (usd("5", currency="EUR"), usd("11", "22"))


@given(
    st.lists(st.tuples(st.sampled_from(["USD", "EUR", "JPY"]), AMOUNTS), max_size=12),
    st.randoms(use_true_random=False),
)
def test_added_amounts_do_not_depend_on_the_order(
    pairs: list[tuple[str, Decimal]], random: Random
) -> None:
    parts = [Amounts(currency=unit, unblended=cost, amortized=-cost) for unit, cost in pairs]

    assert add_amounts(random.sample(parts, len(parts))) == add_amounts(parts)


@given(AMOUNTS)
def test_amounts_travel_as_plain_decimal_strings(amount: Decimal) -> None:
    amounts = usd(f"{amount:f}")

    assert Amounts.model_validate_json(amounts.model_dump_json()) == amounts
    assert f'"{plain(amount)}"' in amounts.model_dump_json()


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity", "sNaN", "1,5", ""])
def test_what_is_no_amount_is_refused(amount: str) -> None:
    with pytest.raises(ValidationError):
        Amounts.model_validate({"currency": "USD", "unblended": amount, "amortized": "0"})


@pytest.mark.parametrize(("name", "cost"), [("unblended", "1"), ("amortized", "2")])
def test_a_metric_is_asked_for_by_name(name: str, cost: str) -> None:
    assert usd("1", "2").metric(name) == Decimal(cost)


def test_net_costs_are_added_only_if_every_part_has_them() -> None:
    net = usd("1").model_copy(update={"net_unblended": Decimal(2), "net_amortized": Decimal(3)})

    (both,) = add_amounts([net, net])
    (partly,) = add_amounts([net, usd("1")])

    assert (both.net_unblended, both.net_amortized) == (Decimal(4), Decimal(6))
    assert (partly.net_unblended, partly.net_amortized) == (None, None)


def test_a_metric_that_is_not_stated_is_refused() -> None:
    assert not usd("1").states("net_unblended")
    with pytest.raises(InputError, match=r"has no net_unblended cost.*Set cost_metric to"):
        usd("1").metric("net_unblended")
