"""The traffic light of an OU."""

from dataclasses import replace
from decimal import Decimal

import pytest
from pydantic import ValidationError

from services.forecaster.lights import Standing, light_of
from shared.config_outlook import Lights

PLAIN = Lights()
FLOORED = Lights(floor=Decimal(5))
TIGHT = Lights(yellow_over_percent=Decimal(2), red_over_percent=Decimal(2))


def standing(
    estimate: str | None = "100", *, spent: str = "50", budget: str | None = "100"
) -> Standing:
    return Standing(
        Decimal(spent),
        None if budget is None else Decimal(budget),
        None if estimate is None else Decimal(estimate),
        complete=True,
    )


@pytest.mark.parametrize(
    ("estimate", "rules", "light"),
    [
        ("0", PLAIN, "green"),
        ("99.999999999999", PLAIN, "green"),
        ("100", PLAIN, "green"),
        ("100.000000000001", PLAIN, "yellow"),
        ("110", PLAIN, "yellow"),
        ("110.000000000001", PLAIN, "red"),
        ("105", FLOORED, "green"),
        ("105.000000000001", FLOORED, "yellow"),
        ("110.000000000001", FLOORED, "red"),
        ("102", TIGHT, "green"),
        ("102.000000000001", TIGHT, "red"),
        ("-5", PLAIN, "green"),
    ],
)
def test_the_estimate_decides_and_a_threshold_itself_is_not_over_it(
    estimate: str, rules: Lights, light: str
) -> None:
    assert light_of(standing(estimate), rules)[0] == light


@pytest.mark.parametrize("budget", ["3", "7", "0.01", "123456789.01"])
def test_thresholds_are_exact_for_any_budget(budget: str) -> None:
    ten_percent_over = str(Decimal(budget) * Decimal("1.1"))

    assert light_of(standing(ten_percent_over, spent="0", budget=budget), PLAIN)[0] == "yellow"
    assert light_of(standing(budget, spent="0", budget=budget), PLAIN)[0] == "green"


@pytest.mark.parametrize(
    ("spent", "light"), [("100", "green"), ("100.000000000001", "red"), ("500", "red")]
)
def test_a_budget_that_is_spent_already_is_red_whatever_the_estimate(
    spent: str, light: str
) -> None:
    assert light_of(standing("90", spent=spent), PLAIN)[0] == light


def test_a_floor_does_not_excuse_a_budget_that_is_spent_already() -> None:
    assert light_of(standing("101", spent="101"), FLOORED)[0] == "red"


def test_a_partial_day_has_no_light_even_when_the_budget_is_spent() -> None:
    partial = Standing(Decimal(500), Decimal(100), Decimal(900), complete=False)

    assert light_of(partial, PLAIN) == ("grey", "the day is not fully delivered yet")


def test_without_a_budget_there_is_no_light() -> None:
    assert light_of(standing(budget=None), PLAIN) == ("grey", "no budget")


def test_without_an_estimate_there_is_no_light_unless_the_budget_is_spent() -> None:
    assert light_of(standing(None), PLAIN) == ("grey", "no estimate of the month's end")
    assert light_of(standing(None, spent="101"), PLAIN)[0] == "red"


@pytest.mark.parametrize(
    ("estimate", "reason"),
    [
        ("112.34", "estimate 112.34 is 12.3 % over 100.00"),
        ("80", "estimate 80.00 is 20.0 % under 100.00"),
        ("1234567.891", "estimate 1,234,567.89 is 1234467.9 % over 100.00"),
    ],
)
def test_the_reason_is_told_in_words(estimate: str, reason: str) -> None:
    assert light_of(standing(estimate), PLAIN)[1] == reason


def test_the_reason_of_a_spent_budget_names_both_amounts() -> None:
    assert light_of(standing(spent="1234.5"), PLAIN)[1] == (
        "month to date 1,234.50 is already over the budget of 100.00"
    )


@pytest.mark.parametrize(
    ("upper", "rules", "light"),
    [
        ("110", PLAIN, "green"),
        ("110.01", PLAIN, "yellow"),
        ("110.01", Lights(floor=Decimal(11)), "green"),
        ("110.01", Lights(red_over_percent=Decimal(12)), "green"),
        (None, PLAIN, "green"),
    ],
)
def test_the_upper_end_of_the_interval_turns_a_light_yellow(
    upper: str | None, rules: Lights, light: str
) -> None:
    known = replace(standing("98"), upper=None if upper is None else Decimal(upper))

    found, reason = light_of(known, rules)

    assert found == light
    assert ("upper end of its 80 % interval" in reason) == (light == "yellow")


def test_a_budget_that_nothing_was_billed_for_is_grey_and_says_so() -> None:
    known = replace(standing("0", spent="0"), unbilled="nothing was billed")

    assert light_of(known, PLAIN) == ("grey", "nothing was billed")


def test_thresholds_are_those_of_the_ou_nearest_above() -> None:
    lights = Lights.model_validate(
        {
            "red_over_percent": 20,
            "ous": [
                {"ou": "Prod", "red_over_percent": 5},
                {"ou": "Prod/Shop", "red_over_percent": 2},
            ],
        }
    )

    found = {
        ou: lights.of(ou).red_over_percent for ou in ("Root", "Root/Prod/A", "Root/Production")
    }

    assert found == {"Root": 20, "Root/Prod/A": 5, "Root/Production": 20}
    assert lights.of("Root/Prod/Shop/Cart").red_over_percent == 2


def test_an_ou_with_thresholds_twice_is_refused() -> None:
    with pytest.raises(ValidationError, match="Root/A has thresholds twice"):
        Lights.model_validate({"ous": [{"ou": "A"}, {"ou": "Root/A"}]})
