"""Forecasts of OUs: they add up, say how sure they are, and take plans in."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from services.forecaster.estimate import Forecast
from services.forecaster.expectation import expect
from services.forecaster.history import Cost
from services.forecaster.planned import planned_on
from services.forecaster.tree import month_windows
from shared.config_outlook import PlannedEvent

FIRST = date(2026, 1, 1)
DAY = date(2026, 5, 20)
Costs = dict[date, list[Cost]]


def days() -> Iterator[tuple[int, date]]:
    yield from enumerate(FIRST + timedelta(days=n) for n in range((DAY - FIRST).days + 1))


def costs(*accounts: tuple[str, str, float], currency: str = "USD") -> Costs:
    """Return the days of accounts: id, OU path, usual amount."""
    noise = np.random.default_rng(1).lognormal(0, 0.03, (len(accounts), 400))
    return {
        day: [
            Cost(account, ou, currency, "Usage", amount * float(noise[k, n]))
            for k, (account, ou, amount) in enumerate(accounts)
        ]
        for n, day in days()
    }


def event(monthly: str, start: date, ou: str = "Root/A") -> PlannedEvent:
    fields: dict[str, Any] = {"ou": ou, "name": "move", "monthly": monthly, "from": start}
    return PlannedEvent.model_validate(fields)


def amounts(found: Forecast) -> list[float]:
    return [total.amount for total in found.windows]


def test_a_parents_forecast_is_the_sum_of_its_childrens_to_the_cent() -> None:
    found = expect(costs(("1", "Root/A", 100), ("2", "Root/B", 7), ("3", "Root/B/C", 3)), DAY, ())

    for window in range(3):
        parts = [found[ou, "USD"].windows[window].amount for ou in ("Root/A", "Root/B")]
        assert found["Root", "USD"].windows[window].amount == pytest.approx(sum(parts), abs=1e-6)


def test_a_forecast_has_intervals_and_its_own_back_test() -> None:
    root = expect(costs(("1", "Root/A", 100)), DAY, ())["Root", "USD"]

    assert root.error is not None
    assert root.error < 0.1
    assert root.checked == 3
    for total in root.windows:
        assert total.half_80 is not None
        assert total.half_95 is not None
        assert 0 < total.half_80 < total.half_95


def test_currencies_are_never_added() -> None:
    mixed = {
        day: here + there
        for (day, here), there in zip(
            costs(("1", "Root/A", 100)).items(),
            costs(("2", "Root/A", 50), currency="EUR").values(),
            strict=True,
        )
    }

    found = expect(mixed, DAY, ())

    assert amounts(found["Root", "USD"]) == amounts(found["Root/A", "USD"])
    assert amounts(found["Root", "EUR"])[0] == pytest.approx(50 * 11, rel=0.05)


def test_an_account_that_moved_is_forecast_where_it_is_now() -> None:
    stayed = costs(("1", "Root/A", 100), ("2", "Root/B", 50))
    moved = {
        day: [
            Cost("1", "Root/A" if day < DAY else "Root/B", "USD", cost.kind, cost.amount)
            if cost.account == "1"
            else cost
            for cost in there
        ]
        for day, there in stayed.items()
    }

    found = expect(moved, DAY, ())

    assert ("Root/A", "USD") not in found
    assert amounts(found["Root/B", "USD"])[0] == pytest.approx(150 * 11, rel=0.05)


def test_a_planned_event_is_added_from_its_day_on() -> None:
    plain = expect(costs(("1", "Root/A", 100)), DAY, ())
    start = date(2026, 6, 1)
    planned = expect(costs(("1", "Root/A", 100)), DAY, (event("3000", start),))

    grown = np.array(amounts(planned["Root", "USD"])) - amounts(plain["Root", "USD"])

    assert grown == pytest.approx([0, 9000, 18000], abs=0.05)


def test_a_planned_event_that_has_begun_counts_once() -> None:
    start = DAY - timedelta(days=3)
    known = costs(("1", "Root/A", 100))
    for day, there in known.items():
        if day >= start:
            there.append(Cost("2", "Root/A", "USD", "Usage", 3100 / 31))

    (month, *_) = amounts(expect(known, DAY, (event("3100", start),))["Root/A", "USD"])

    assert month == pytest.approx(200 * 11, rel=0.03)


def test_what_was_planned_is_part_of_what_the_back_test_is_a_share_of() -> None:
    plan = event("3100", FIRST + timedelta(days=5))
    known = costs(("1", "Root/A", 5))
    plain = expect(known, DAY, ())["Root/A", "USD"].error
    for day, there in known.items():
        there.append(Cost("2", "Root/A", "USD", "Usage", float(planned_on(plan, day))))

    error = expect(known, DAY, (plan,))["Root/A", "USD"].error

    assert plain is not None
    assert error is not None
    assert error < plain / 10


def test_an_account_that_cost_nothing_for_long_is_no_part_of_its_ou() -> None:
    known = costs(("1", "Root/A", 100), ("2", "Root/Gone", 1000))
    for day, there in known.items():
        if day > FIRST + timedelta(days=60):
            there[1] = Cost("2", "Root/Gone", "USD", "Usage", 0.0)

    found = expect(known, DAY, ())

    assert ("Root/Gone", "USD") not in found
    assert found["Root", "USD"] == found["Root/A", "USD"]


def test_days_that_are_not_archived_change_little() -> None:
    whole = costs(("1", "Root/A", 100))
    holes = {day: there for day, there in whole.items() if day.day not in (5, 6)}

    found, expected = (amounts(expect(each, DAY, ())["Root", "USD"]) for each in (holes, whole))

    assert found == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize(
    ("day", "windows"),
    [
        (date(2026, 5, 20), ((0, 11), (11, 103), (11, 194))),
        (date(2026, 1, 31), ((0, 0), (0, 89), (0, 181))),
        (date(2025, 12, 1), ((0, 30), (30, 120), (30, 211))),
    ],
)
def test_windows_are_calendar_months(day: date, windows: tuple[tuple[int, int], ...]) -> None:
    assert month_windows(day) == windows
