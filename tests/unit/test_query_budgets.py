"""Budgets whose OU was renamed, moved or never was."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.query.budgets import MOST_BUDGETS, budgets_of_nothing
from services.query.organization import Placement
from shared.config_outlook import Budget
from shared.events import PeriodQueried
from tests.support.units.aio import in_loop
from tests.support.units.events import tick
from tests.support.units.queries import MARCH, Query
from tests.support.units.rows import DAY

RENAMED = date(2026, 3, 10)
names = st.text(alphabet="AB", min_size=1, max_size=2)
paths = st.lists(names, max_size=3).map(lambda parts: "/".join(["Root", *parts]))


def placed(ou_path: str, ou_id: str = "", account: str = "1" * 12, **dates: date) -> Placement:
    known: dict[str, Any] = {"valid_from": date.min, "valid_to": date.max} | dates
    return Placement(1, account, "shop", ou_id, ou_path, **known)


def budget(ou: str, starts: date = date(2026, 1, 1)) -> Budget:
    return Budget.model_validate({"ou": ou, "monthly": "10", "from": starts})


def renamed(before: str, after: str, ou_id: str = "ou-1") -> list[Placement]:
    return [
        placed(before, ou_id, valid_to=RENAMED),
        placed(after, ou_id, valid_from=RENAMED),
    ]


def test_a_budget_of_an_ou_that_was_renamed_names_its_new_name() -> None:
    places = renamed("Root/Sandbox", "Root/Lab")

    (said,) = budgets_of_nothing([budget("Sandbox")], places, DAY)

    assert said == (
        "The budget of Sandbox counts nothing: there is no account in such an OU. "
        "By its id the OU is Lab now: name the budget so in daybook.yaml."
    )
    assert budgets_of_nothing([budget("Sandbox")], places, date(2026, 3, 9)) == []


@pytest.mark.parametrize(
    ("before", "after", "ou", "new"),
    [
        ("Root/Old/Prod", "Root/New/Prod", "Old", "New"),
        ("Root/Old/Prod/EU", "Root/New/Prod/EU", "Old/Prod", "New/Prod"),
        ("Root/Prod", "Root/Workloads/Prod", "Prod", "Workloads/Prod"),
    ],
    ids=["a-parent", "a-grandparent", "moved"],
)
def test_a_parent_is_found_by_the_ous_below_it(before: str, after: str, ou: str, new: str) -> None:
    (said,) = budgets_of_nothing([budget(ou)], renamed(before, after), DAY)

    assert f"By its id the OU is {new} now" in said


@pytest.mark.parametrize(
    "places",
    [
        renamed("Root/Sandbox", "Root/Lab", ou_id=""),
        [placed("Root/Sandbox", "ou-1", valid_to=RENAMED), placed("Root/Lab", "ou-2")],
        renamed("Root/Sandboxes", "Root/Lab"),
        [placed("Root/Lab", "ou-2")],
    ],
    ids=["no-ids", "another-ou", "a-name-that-begins-alike", "never-seen"],
)
def test_what_nobody_knows_is_not_guessed(places: list[Placement]) -> None:
    (said,) = budgets_of_nothing([budget("Sandbox")], places, DAY)

    assert "has another name now, or none" in said


def test_a_budget_that_follows_under_the_new_name_keeps_the_old_one_for_the_past() -> None:
    both = [budget("Sandbox"), budget("Lab", RENAMED)]

    assert budgets_of_nothing(both, renamed("Root/Sandbox", "Root/Lab"), DAY) == []


def test_a_budget_that_has_not_begun_is_not_missed() -> None:
    later = budget("Next", date(2026, 4, 1))

    assert budgets_of_nothing([later], [placed("Root/Lab")], DAY) == []


def test_a_budget_that_has_ended_is_not_missed() -> None:
    ended = budget("Old").model_copy(update={"ends": date(2026, 2, 28)})

    assert budgets_of_nothing([ended], [placed("Root/Lab")], DAY) == []
    assert budgets_of_nothing([ended], [placed("Root/Lab")], date(2026, 2, 28))


def test_many_are_counted() -> None:
    several = [budget(f"Lost{n}") for n in range(MOST_BUDGETS + 2)]

    said = budgets_of_nothing(several, [placed("Root/Lab")], DAY)

    assert len(said) == MOST_BUDGETS + 1
    assert said[-1] == "2 more budgets are of OUs in which there is no account."


@given(st.lists(paths, min_size=1, max_size=4), paths)
def test_a_budget_is_of_nothing_exactly_when_no_account_is_at_or_below_its_ou(
    accounts: list[str], ou: str
) -> None:
    places = [placed(path, account=f"{n:012d}") for n, path in enumerate(accounts)]

    said = budgets_of_nothing([budget(ou)], places, DAY)

    inside = ou == "Root" or any(f"{path}/".startswith(f"{ou}/") for path in accounts)
    assert bool(said) is not inside


@in_loop
async def test_the_digest_is_told() -> None:
    query = Query(MARCH, notes=("The export lacks names.",))
    query.budgets = (budget("Sandbox"),)
    query.organization.placements = renamed("Root/Sandbox", "Root/Lab")

    (said,) = await query.hear(tick())

    assert isinstance(said, PeriodQueried)
    assert said.data.notes[0] == "The export lacks names."
    assert "The budget of Sandbox counts nothing" in said.data.notes[1]
