"""Budgets of the configuration: which amount holds on a day, and what the light says when none."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from services.forecaster.assess import Rules, Spend, assess
from shared.config_outlook import Budget, Lights

DAY = date(2026, 3, 16)


def budget(**fields: Any) -> Budget:
    return Budget.model_validate({"ou": "A"} | fields)


GROWING = budget(monthly="1000", growth_percent=10, **{"from": date(2024, 7, 1)})
TABLE = budget(months={"2026-01": "100", "2026-02": "120", "2026-04": "90"})


@pytest.mark.parametrize(
    ("held", "day", "amount"),
    [
        (GROWING, date(2024, 6, 30), None),
        (GROWING, date(2025, 6, 30), "1000"),
        (GROWING, date(2025, 7, 1), "1100"),
        (GROWING, date(2026, 7, 1), "1210"),
        (TABLE, date(2025, 12, 31), None),
        (TABLE, date(2026, 2, 28), "120"),
        (TABLE, date(2026, 3, 1), None),
        (TABLE, date(2026, 5, 1), None),
    ],
)
def test_a_budget_says_which_amount_holds_in_a_days_month(
    held: Budget, day: date, amount: str | None
) -> None:
    assert held.on(day) == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"from": DAY}, "either monthly or months"),
        ({"from": DAY, "monthly": "1", "months": {"2026-01": "1"}}, "either monthly or months"),
        ({"months": {"2026-01": "1"}, "growth_percent": 3}, "goes with monthly"),
        ({"monthly": "1", "from": DAY, "until": date(2026, 3, 1)}, "until is before from"),
        ({"months": {"2026-01": "0"}}, "greater than 0"),
        ({"months": {"2026-13": "1"}}, "2026-13"),
    ],
)
def test_a_budget_that_makes_no_sense_is_refused(fields: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        budget(**fields)


def light(*budgets: Budget, day: date = DAY) -> tuple[str, str, Decimal | None]:
    spends = [Spend(day, "Root/A", "USD", Decimal(1))]
    rows = assess(day, spends, Rules(budgets, Lights()), complete=True)
    (found,) = [row for row in rows if row.ou_path == budgets[0].ou]
    return found.light, found.reason, found.budget


@pytest.mark.parametrize(
    ("held", "day", "reason"),
    [
        (TABLE, date(2026, 3, 16), "the budget's table has no 2026-03"),
        (TABLE, date(2026, 5, 16), "the budget's table ended with 2026-04"),
        (
            budget(monthly="9", **{"from": DAY, "until": DAY}),
            date(2026, 3, 17),
            "the budget ended on 2026-03-16",
        ),
    ],
)
def test_a_budget_that_is_over_is_grey_and_never_green(
    held: Budget, day: date, reason: str
) -> None:
    assert light(held, day=day) == ("grey", reason, None)


def test_a_change_of_budget_leaves_the_days_before_it_as_they_were() -> None:
    old = budget(monthly="1000", **{"from": date(2026, 1, 1)})
    new = budget(monthly="10", **{"from": DAY})

    assert light(new, old, day=date(2026, 3, 15))[2] == 1000
    assert light(new, old, day=DAY)[2] == 10


def test_a_budget_of_an_ou_in_which_nothing_is_billed_is_grey() -> None:
    misspelled = budget(ou="AA", monthly="10", **{"from": date(2026, 1, 1)})

    found, reason, amount = light(misspelled)

    assert (found, amount) == ("grey", Decimal(10))
    assert "nothing was billed in an OU of this name" in reason


def test_a_budget_in_another_currency_than_the_cost_is_grey_and_says_so() -> None:
    other = budget(monthly="10", currency="EUR", **{"from": date(2026, 1, 1)})
    spends = [Spend(DAY, "Root/A/B", "USD", Decimal(1))]

    rows = assess(DAY, spends, Rules((other,), Lights()), complete=True)

    assert {(row.light, row.reason) for row in rows if row.budget} == {
        ("grey", "nothing was billed in EUR: the OU costs in USD")
    }
