"""Planned events of the configuration, and what they add to days."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from services.forecaster.assess import Rules, Spend, assess
from services.forecaster.estimate import by_run_rate
from services.forecaster.planned import planned_days, planned_on
from shared.config_outlook import Lights, PlannedEvent

DAY = date(2026, 3, 16)


def event(monthly: str = "310", start: date = date(2026, 3, 20), **more: Any) -> PlannedEvent:
    fields = {"ou": "A", "name": "move", "monthly": monthly, "from": start} | more
    return PlannedEvent.model_validate(fields)


@pytest.mark.parametrize(
    ("day", "amount"),
    [
        (date(2026, 3, 19), "0"),
        (date(2026, 3, 20), "10"),
        (date(2026, 4, 30), "10.333333333333"),
        (date(2026, 5, 1), "0"),
    ],
)
def test_a_months_amount_is_spread_over_its_days_while_the_event_lasts(
    day: date, amount: str
) -> None:
    assert planned_on(event(until=date(2026, 4, 30)), day) == Decimal(amount)


def test_events_of_an_ou_and_currency_are_added() -> None:
    events = (event(), event("-155"), event(currency="EUR"))

    found = planned_days(events, date(2026, 3, 19), date(2026, 3, 20))

    assert found == {
        ("Root/A", "USD"): [0, Decimal(5)],
        ("Root/A", "EUR"): [0, Decimal(10)],
    }


def test_the_run_rate_takes_in_what_begins_later_and_not_what_has_begun() -> None:
    spends = [Spend(DAY, "Root/A", "USD", Decimal(16))]
    rules = Rules((), Lights(), (event(), event(start=date(2026, 3, 1))))

    rows = {row.ou_path: row for row in assess(DAY, spends, rules, complete=True)}

    # 31 by the mean day, and twelve days of 10 from 20 March on; in the OU and its parents.
    assert rows["Root/A"].month_end_estimate == Decimal(31 + 120)
    assert rows["Root"].month_end_estimate == Decimal(31 + 120)


@pytest.mark.parametrize(
    ("begun", "spent", "month", "next_3_months"),
    [
        (event(start=DAY), "26", 31 + 16 * 10, 91 + 3 * 310),
        (event(start=date(2026, 1, 1), until=DAY), "176", 31 + 160, 91),
    ],
    ids=["begins", "ends"],
)
def test_the_run_rate_takes_what_is_planned_on_its_own_days(
    begun: PlannedEvent, spent: str, month: int, next_3_months: int
) -> None:
    found = by_run_rate(Decimal(spent), DAY, (begun,))

    # One a day beside the plan: March has 31 days, the three months after it 91.
    assert [round(window.amount, 6) for window in found.ranges[:2]] == [month, next_3_months]


def test_an_event_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValidationError, match="until is before from"):
        event(until=date(2026, 3, 19))
