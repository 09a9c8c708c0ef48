"""Limits of AWS Budgets: how the ledger remembers them, and which amount holds on a day."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import reduce
from typing import Any

import pytest

from services.forecaster.assess import Rules, Spend, assess
from services.query.limits import Look, Seen, fold
from shared.config_outlook import AwsBudget, Budget, BudgetOfOu, Lights
from shared.days import Period
from shared.limits import AwsLimits, limits
from shared.limits import Stated as Said

PROD = AwsBudget(name="prod", ou="Prod")
PLAN = {Period(2026, month): Decimal(100 + month) for month in range(1, 7)}
LAST = PLAN[Period(2026, 6)]


def fixed(amount: str = "1000", **more: Any) -> Said:
    return Said(currency="USD", monthly=Decimal(amount), starts=date(2026, 1, 1), **more)


def plan(**more: Any) -> Said:
    return Said(currency="USD", months=PLAN, starts=date(2026, 1, 1), **more)


def looked(day: date, stated: Said | None, *, updated: date = date(2026, 1, 1)) -> Look:
    seen = {"prod": Seen(stated, updated)} if stated else {}
    return Look(datetime(day.year, day.month, day.day, 7, tzinfo=UTC), f"run-{day}", seen)


def grown(*looks: Look) -> AwsLimits:
    known = reduce(lambda known, look: fold(known, look, names=["prod"]), looks, _none())
    assert known
    return known


def _none() -> AwsLimits | None:
    return None


def light(
    known: AwsLimits | None, day: date, *written: Budget, asked: AwsBudget = PROD
) -> tuple[str, str, Decimal | None]:
    """Return light, reason and budget of the OU on a day, at a cost of one dollar."""
    seen: Mapping[str, Any] = known.budgets if known else {}
    budgets: list[BudgetOfOu] = [*written, *limits([asked], seen, written)]
    spends = [Spend(day.replace(day=1), "Root/Prod", "USD", Decimal(1))]
    rows = assess(day, spends, Rules(tuple(budgets), Lights()), complete=True)
    (row,) = [row for row in rows if row.ou_path == "Root/Prod"]
    return row.light, row.reason, row.budget


def test_a_fixed_limit_is_the_budget_of_the_ou_in_every_month() -> None:
    known = grown(looked(date(2026, 3, 16), fixed()))

    for day in (date(2026, 1, 2), date(2026, 3, 16), date(2027, 5, 5)):
        assert (light(known, day)[0], light(known, day)[2]) == ("green", Decimal(1000))


def test_a_plan_gives_each_month_its_own_limit_and_is_grey_when_it_has_run_out() -> None:
    known = grown(looked(date(2026, 3, 16), plan()))

    assert light(known, date(2026, 2, 3))[2] == PLAN[Period(2026, 2)]
    assert light(known, date(2026, 6, 30))[2] == LAST
    assert light(known, date(2026, 7, 1)) == (
        "grey",
        "the plan of the AWS budget prod ended with 2026-06",
        None,
    )


def test_the_last_limit_that_aws_goes_on_with_does_not_bring_an_expired_plan_back() -> None:
    as_fixed = fixed(str(LAST))
    known = grown(looked(date(2026, 6, 1), plan()), looked(date(2026, 7, 1), as_fixed))

    assert light(known, date(2026, 7, 1))[0] == "grey"


def test_a_person_who_makes_it_a_fixed_limit_brings_it_back() -> None:
    renewed = looked(date(2026, 7, 3), fixed(str(LAST)), updated=date(2026, 7, 2))
    known = grown(looked(date(2026, 6, 1), plan()), renewed)

    assert light(known, date(2026, 7, 2))[0] == "grey"
    assert light(known, date(2026, 7, 3))[2] == LAST


def test_the_same_amount_within_the_plan_is_a_change() -> None:
    changed = looked(date(2026, 5, 1), fixed(str(LAST)), updated=date(2026, 4, 30))
    known = grown(looked(date(2026, 4, 1), plan()), changed)

    assert light(known, date(2026, 8, 1))[2] == LAST


def test_a_change_of_a_limit_keeps_its_history() -> None:
    known = grown(
        looked(date(2026, 3, 1), fixed("1000")),
        looked(date(2026, 3, 10), fixed("2000")),
        looked(date(2026, 3, 11), fixed("2000")),
    )

    assert len(known.budgets["prod"]) == 2
    assert light(known, date(2026, 3, 9))[2] == 1000
    assert light(known, date(2026, 3, 10))[2] == 2000


def test_of_one_day_the_last_look_counts_and_an_older_look_changes_nothing() -> None:
    first, day = looked(date(2026, 3, 1), fixed("1")), date(2026, 3, 10)
    wrong = looked(day, fixed("9"))
    mended = Look(wrong.at.replace(hour=9), "later", {"prod": Seen(fixed("1"), day)})

    known = grown(first, wrong, mended, wrong)

    assert known.budgets == grown(first).budgets


def test_a_budget_that_is_gone_is_grey_from_then_on() -> None:
    known = grown(looked(date(2026, 3, 1), fixed()), looked(date(2026, 3, 10), None))

    assert light(known, date(2026, 3, 9))[2] == 1000
    assert light(known, date(2026, 3, 10))[:2] == (
        "grey",
        "the AWS budget prod is not in AWS Budgets",
    )


def test_a_silence_of_aws_leaves_what_was_known() -> None:
    silent = Look(datetime(2026, 3, 10, 7, tzinfo=UTC), "run", {}, trouble="AccessDeniedException")

    known = grown(looked(date(2026, 3, 1), fixed()), silent)

    assert light(known, date(2026, 3, 10))[2] == 1000
    assert (known.trouble, known.read_at) == (
        "AccessDeniedException",
        datetime(2026, 3, 1, 7, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("stated", "day", "reason"),
    [
        (fixed(ends=date(2026, 3, 31)), date(2026, 4, 1), "ended on 2026-03-31"),
        (fixed(), date(2025, 12, 31), "starts on 2026-01-01"),
        (
            fixed().model_copy(update={"currency": "EUR"}),
            date(2026, 3, 1),
            "is in EUR, and daybook.yaml expects USD",
        ),
        (Said(unusable="is QUARTERLY, not MONTHLY"), date(2026, 3, 1), "is QUARTERLY, not MONTHLY"),
    ],
)
def test_what_is_no_limit_of_the_day_is_grey_and_says_why(
    stated: Said, day: date, reason: str
) -> None:
    known = grown(looked(date(2026, 3, 1), stated))

    assert light(known, day) == ("grey", f"the AWS budget prod {reason}", None)


def test_a_month_that_a_plan_lacks_is_grey() -> None:
    lacking = {month: amount for month, amount in PLAN.items() if month.month != 3}
    known = grown(looked(date(2026, 2, 1), plan().model_copy(update={"months": lacking})))

    found = light(known, date(2026, 3, 5))

    assert found[:2] == ("grey", "the plan of the AWS budget prod has no limit for 2026-03")


def test_a_month_of_nothing_in_a_plan_is_grey_and_the_others_hold() -> None:
    months = PLAN | {Period(2026, 3): Decimal(0)}
    known = grown(looked(date(2026, 2, 1), plan().model_copy(update={"months": months})))

    assert light(known, date(2026, 3, 5)) == (
        "grey",
        "the plan of the AWS budget prod has a limit of nothing for 2026-03",
        None,
    )
    assert light(known, date(2026, 4, 5))[2] == PLAN[Period(2026, 4)]


def test_before_the_first_look_the_light_says_that_nobody_has_looked() -> None:
    assert light(None, date(2026, 3, 1))[:2] == ("grey", "AWS Budgets has not been read yet")


def test_a_limit_takes_over_after_what_daybook_yaml_says_of_the_ou() -> None:
    fields = {"ou": "Prod", "monthly": "5", "from": date(2025, 1, 1), "until": date(2026, 2, 28)}
    written = Budget.model_validate(fields)
    known = grown(looked(date(2026, 1, 15), fixed()), looked(date(2026, 2, 1), fixed("2000")))

    assert light(known, date(2026, 2, 28), written)[2] == 5
    assert light(known, date(2026, 3, 1), written)[2] == 2000
