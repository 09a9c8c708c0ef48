"""The forecast engine: what it makes of series of every kind."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.forecaster.arrays import Floats, filled
from services.forecaster.back_test import NAMES, Series, back_test, errors
from services.forecaster.choice import choose, said_by
from services.forecaster.monthly_charges import split
from services.forecaster.projection import project
from services.forecaster.rare_charges import expected

FIRST = date(2026, 1, 1)
WEEK = np.array([1.0, 1.1, 1.2, 1.1, 1.0, 0.5, 0.4])


def weekly(days: int, level: float = 100, *, seed: int = 1) -> Floats:
    noise = np.random.default_rng(seed).lognormal(0, 0.02, days)
    found: Floats = level * np.resize(WEEK, days) * noise
    return found


def month_starts(values: Floats, amount: float) -> Floats:
    fees = [amount if (FIRST + timedelta(days=n)).day == 1 else 0.0 for n in range(len(values))]
    charged: Floats = values + np.array(fees)
    return charged


def path(values: Floats, days: int = 60, first: date = FIRST) -> Floats:
    (found,) = project([Series(first, values)], days)
    return found.path


def test_the_same_series_give_the_same_forecast() -> None:
    series = [Series(FIRST, weekly(200, seed=n)) for n in range(3)]

    first, second = project(series, 60), project(series, 60)

    assert all((a.path == b.path).all() for a, b in zip(first, second, strict=True))


def test_a_charge_of_each_first_is_expected_on_firsts_alone() -> None:
    found = path(month_starts(weekly(181), 5000))
    days = [(FIRST + timedelta(days=181 + n)).day for n in range(60)]

    assert all((amount > 4000) == (day == 1) for amount, day in zip(found, days, strict=True))


def test_without_monthly_charges_nothing_is_split_off() -> None:
    values = weekly(181)

    assert split(values, FIRST).charges == {}
    assert (split(values, FIRST).rest == values).all()


def test_the_forecast_is_near_what_a_steady_series_goes_on_to_cost() -> None:
    values = weekly(300)

    assert path(values[:240]).sum() == pytest.approx(values[240:].sum(), rel=0.03)


@pytest.mark.parametrize("days", [1, 10, 34])
def test_below_35_days_a_series_goes_on_at_its_mean(days: int) -> None:
    values = weekly(days)
    (found,) = project([Series(FIRST, values)], 10)

    assert found.choice == ()
    assert found.path == pytest.approx(np.full(10, values[-28:].mean()))


def test_what_has_ended_is_expected_to_cost_nothing() -> None:
    assert not path(np.concatenate([weekly(120), np.zeros(14)])).any()


def test_nothing_stays_nothing_and_credits_stay_negative() -> None:
    assert not path(np.zeros(100)).any()
    assert (path(-weekly(200)) < 0).all()


@settings(max_examples=25)
@given(
    st.lists(st.floats(-1e6, 1e6, width=32) | st.just(0.0), min_size=1, max_size=110),
    st.integers(0, 400),
)
def test_any_series_has_a_finite_forecast(amounts: list[float], shift: int) -> None:
    found = path(np.array(amounts), 40, FIRST + timedelta(days=shift))

    assert np.isfinite(found).all()
    assert len(found) == 40


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.sampled_from(["walk", "trend", "rare", "shift"]))
def test_on_its_back_test_a_choice_is_never_worse_than_seasonal_naive(seed: int, kind: str) -> None:
    noise = np.random.default_rng(seed)
    days = np.arange(220)
    values = {
        "walk": 100 + np.cumsum(noise.normal(0, 3, 220)),
        "trend": weekly(220, seed=seed) * (1 + days / 200),
        "rare": noise.gamma(1, 50, 220) * (noise.random(220) < 0.2),
        "shift": weekly(220, seed=seed) * np.where(days > noise.integers(60, 200), 2.0, 1.0),
    }[kind]
    trials = back_test(Series(FIRST, values))
    (choice,) = choose([trials])

    chosen = errors(trials, [said_by(choice, trial)[None] for trial in trials])[0]
    naive = errors(trials, [trial.said for trial in trials])[NAMES.index(NAMES[-1])]

    assert chosen <= naive * (1 + 1e-9)


@given(st.lists(st.none() | st.floats(0, 100), min_size=1, max_size=40))
def test_holes_are_filled_and_what_is_known_stays(amounts: list[float | None]) -> None:
    values = np.array([np.nan if amount is None else amount for amount in amounts])

    whole = filled(values)

    assert np.isfinite(whole).all()
    assert (whole[~np.isnan(values)] == values[~np.isnan(values)]).all()


def rare(kind: str, *charges: tuple[date, float], until: date) -> Floats:
    values = np.zeros((until - FIRST).days + 1)
    for day, amount in charges:
        values[(day - FIRST).days] = amount
    return expected(values, FIRST, kind, 61)


def test_support_is_expected_once_in_each_month_to_come() -> None:
    found = rare(
        "Support", (date(2026, 1, 6), 100), (date(2026, 2, 7), 120), until=date(2026, 3, 2)
    )

    # 3 March to 2 May: March and April have one still to come.
    assert found.sum() == pytest.approx(220)
    assert np.flatnonzero(found).tolist() == [3, 34]


def test_the_tax_of_the_open_month_is_expected_to_grow_to_a_usual_months() -> None:
    found = rare("Tax", (date(2026, 1, 1), 90), (date(2026, 2, 1), 30), until=date(2026, 2, 10))

    assert found[0] == pytest.approx(60)


@pytest.mark.parametrize("kind", ["Marketplace", "Commitment"])
def test_a_charge_of_once_a_year_is_not_expected_each_month(kind: str) -> None:
    assert not rare(kind, (date(2026, 1, 4), 120_000), until=date(2026, 2, 3)).any()


def test_a_month_that_was_odd_is_no_rule() -> None:
    months = [(date(2026, month, 3), 100.0) for month in (1, 2)]

    found = rare("Support", *months, (date(2026, 3, 3), 9000), until=date(2026, 4, 1))

    assert found.max() == 100


def test_a_single_refund_is_not_expected_again() -> None:
    assert not rare("Refund", (date(2026, 1, 9), -50), until=date(2026, 2, 3)).any()
