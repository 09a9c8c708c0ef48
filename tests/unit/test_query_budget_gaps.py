"""Budgets that add up to more than the one above them, and OUs that no budget covers."""

from datetime import date

from services.query.budget_gaps import MOST, budget_gaps
from services.query.organization import Placement
from shared.config_outlook import Budget
from shared.events import PeriodQueried
from tests.support.units.aio import in_loop
from tests.support.units.events import tick
from tests.support.units.queries import MARCH, Query
from tests.support.units.rows import DAY


def budget(ou: str, monthly: str = "10", **more: object) -> Budget:
    fields = {"ou": ou, "monthly": monthly, "from": date(2026, 1, 1)} | more
    return Budget.model_validate(fields)


def placed(*ous: str) -> list[Placement]:
    return [
        Placement(n, f"{n:012}", "shop", "", f"Root/{ou}", date.min, date.max)
        for n, ou in enumerate(ous)
    ]


def test_parts_with_more_budget_than_the_whole_are_told() -> None:
    budgets = [budget("A", "10"), budget("A/B", "7"), budget("A/C/D", "5"), budget("A/B/E", "6")]

    assert budget_gaps(budgets, [], DAY) == [
        "The budgets below A add up to 12.00 USD, more than its own 10.00."
    ]


def test_budgets_in_other_currencies_or_of_another_time_are_not_added() -> None:
    later, over = {"from": date(2026, 4, 1)}, {"until": date(2026, 2, 1)}
    budgets = [
        budget("A"),
        budget("A/B", currency="EUR", monthly="99"),
        budget("A/C", "99", **later),
        budget("A/D", "99", **over),
    ]

    assert budget_gaps(budgets, placed("A"), DAY) == []


def test_ous_without_any_budget_above_them_are_named() -> None:
    many = [f"X{n}" for n in range(MOST + 2)]

    (said,) = budget_gaps([budget("A/B")], placed("A", "A/B/C", *many), DAY)

    assert said == "No budget covers A, X0, X1, X2, X3 and 3 more."


def test_a_budget_of_the_root_covers_all_and_without_budgets_nothing_is_said() -> None:
    assert budget_gaps([budget("Root")], placed("A"), DAY) == []
    assert budget_gaps([], placed("A"), DAY) == []


def test_a_budget_in_a_currency_that_nothing_is_billed_in_covers_nothing() -> None:
    both = [budget("A"), budget("B", currency="EUR")]

    assert budget_gaps(both, placed("A", "B"), DAY, {"USD"}) == ["No budget in USD covers B."]
    assert budget_gaps(both[1:], placed("B"), DAY, {"USD"}) == ["No budget in USD covers B."]
    assert budget_gaps(both, placed("A", "B"), DAY, {"USD", "EUR"}) == []


@in_loop
async def test_a_run_says_so() -> None:
    query = Query(MARCH)
    query.budgets = (budget("Elsewhere/B"), budget("Elsewhere", "1"))

    (said,) = await query.hear(tick())

    assert isinstance(said, PeriodQueried)
    assert any("add up to 10.00 USD" in note for note in said.data.notes)
