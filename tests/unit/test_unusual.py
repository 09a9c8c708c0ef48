"""What stands out in daily series: found in time, once per event, not where nothing happened."""

import numpy as np
import pytest

from benchmarks.anomalies import judge
from benchmarks.planted import BILLS, HELD_OUT, generated
from services.forecaster.arrays import Floats
from services.forecaster.unusual import PATIENCE, watch
from services.forecaster.watched import Event

DAYS = 150


def series(level: float = 100.0, noise: float = 0.03) -> Floats:
    """Return days at a level, weekends at half of it."""
    week = np.resize([1.0, 1, 1, 1, 1, 0.5, 0.5], DAYS)
    found: Floats = level * week * np.exp(noise * np.random.default_rng(7).normal(size=DAYS))
    return found


def events(values: Floats, until: int = DAYS - 1) -> list[Event]:
    return watch(values[None], least=1.0).events(0, until)


def test_a_calm_series_with_weekends_has_no_events() -> None:
    assert events(series()) == []


def test_days_in_a_row_are_one_event_that_grows() -> None:
    values = series()
    values[100:104] *= 1.8

    assert events(values) == [Event(1, 100, 103, 100, through=103)]
    assert events(values, until=101) == [Event(1, 100, 101, 100, through=101)]


def test_up_and_down_are_two_events() -> None:
    values = series()
    values[100] *= 3
    values[101] *= 0.2

    assert [event.side for event in events(values)] == [1, -1]


def test_a_small_change_of_level_is_clear_after_some_days_and_counts_from_its_first() -> None:
    values = series(noise=0.05)
    values[100:] *= 1.25

    (event,) = events(values, until=112)

    assert event.first in (99, 100, 101)
    assert event.found <= 108


def test_a_new_level_is_an_event_for_four_weeks_and_then_the_normal() -> None:
    values = series()
    values[80:] *= 1.6

    (event,) = events(values)

    assert (event.first, event.last) == (80, 80 + PATIENCE - 1)


def test_a_charge_of_once_a_month_is_news_once() -> None:
    values = series()
    values[[40, 70, 101, 131]] += 400

    assert [event.first for event in events(values)] == [40]


def test_an_earlier_spike_does_not_hide_a_later_one() -> None:
    values = series()
    values[60] *= 4
    values[100] *= 4

    assert [event.first for event in events(values)] == [60, 100]


def test_what_never_cost_anything_is_news_above_the_least_that_counts() -> None:
    values = np.zeros(DAYS)
    values[90:92] = 0.9
    values[120:122] = 40.0

    assert events(values) == [Event(1, 120, 121, 120, through=121)]


def pausing(level: float = 100.0, every: int = 5) -> Floats:
    """Return days at a level, with some of nothing in between, on no certain weekday."""
    values = level * np.exp(0.2 * np.random.default_rng(7).normal(size=DAYS))
    values[np.random.default_rng(8).permutation(DAYS)[: DAYS // every]] = 0
    return values


def test_a_pause_like_those_before_is_no_event_whichever_day_it_is_on() -> None:
    assert events(pausing()) == []


def test_a_day_of_work_that_costs_a_tenth_is_an_event_though_pauses_cost_nothing() -> None:
    values = pausing()
    values[100:102] = 10.0

    (event,) = events(values, until=104)
    assert (event.side, event.found, event.last) == (-1, 100, 101)


def test_a_pause_longer_than_chance_and_than_all_before_is_an_event() -> None:
    values = pausing()
    values[100:] = 0

    assert events(values, until=103) == []
    (event,) = events(values, until=108)
    assert event.side == -1


def test_weekends_of_nothing_are_a_week_and_no_pauses() -> None:
    values = series()
    values[values < 70] = 0
    values[103:105] = 60.0

    assert events(values, until=103) == [Event(1, 103, 103, 103, through=103)]


def weekdays(factor: float, first: int = 100, until: int = DAYS) -> Floats:
    """Return days of a workload that rests at weekends, some of them at a multiple of it."""
    values = series()
    values[first:until] *= factor
    values[np.arange(DAYS) % 7 > 4] = 0
    return values


def test_a_lasting_change_of_what_rests_at_weekends_is_one_event_until_it_is_normal() -> None:
    values = weekdays(1.6)

    assert events(values) == [Event(1, 100, 100 + PATIENCE - 1, 100, through=100 + PATIENCE - 1)]


def test_a_weekend_of_nothing_does_not_end_an_event() -> None:
    found = [events(weekdays(1.6), until)[-1] for until in (102, 103, 104, 105)]

    assert [event.last for event in found] == [102, 102, 102, 105]
    assert [event.through for event in found] == [102, 103, 104, 105]


def test_what_was_over_on_the_last_day_of_the_week_is_over_after_the_weekend() -> None:
    values = weekdays(1.6, until=103)

    assert events(values, 109) == [Event(1, 100, 102, 100, through=104)]


@pytest.mark.parametrize("values", [series(noise=0.2), pausing()], ids=["noisy", "pausing"])
def test_what_is_found_of_a_day_does_not_depend_on_the_days_after_it(values: Floats) -> None:
    whole, half = watch(values[None], 1.0), watch(values[None, :100], 1.0)

    assert np.array_equal(whole.side[:, :100], half.side)
    assert np.array_equal(whole.expected[:, :100], half.expected)


@pytest.mark.parametrize("seed", HELD_OUT[:1])
def test_on_series_like_a_bill_the_promise_holds(seed: int) -> None:
    found = judge(generated(BILLS[0], seed))

    recall, small = found.recall("all"), found.recall("small")
    assert recall is not None
    assert recall >= 0.95
    assert small is not None
    assert small >= 0.8
    assert found.alarms <= 0.25
