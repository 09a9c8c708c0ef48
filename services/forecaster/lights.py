"""The traffic light of an OU: red, yellow, green or grey, always with its reason in words.

v = month-end estimate / budget - 1, on complete days only:
red when the month to date is over budget or v is over `red_over_percent`; yellow when v is over
`yellow_over_percent`; green otherwise; grey without a budget, an estimate or a complete day.
"""

from dataclasses import dataclass
from decimal import Decimal

from shared.config_outlook import Lights
from shared.money import cents
from shared.outlook import Light

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Standing:
    """What a light is judged on; amounts in one currency."""

    month_to_date: Decimal
    budget: Decimal | None
    estimate: Decimal | None
    complete: bool


def light_of(standing: Standing, rules: Lights) -> tuple[Light, str]:
    """Return the light and why."""
    if not standing.complete:
        return "grey", "the day is not fully delivered yet"
    if standing.budget is None:
        return "grey", "no budget"
    if standing.month_to_date > standing.budget:
        spent, budget = cents(standing.month_to_date), cents(standing.budget)
        return "red", f"month to date {spent} is already over the budget of {budget}"
    if standing.estimate is None:
        return "grey", "no estimate of the month's end"
    return _by_estimate(standing.estimate, standing.budget, rules)


def _by_estimate(estimate: Decimal, budget: Decimal, rules: Lights) -> tuple[Light, str]:
    percent = (estimate / budget - 1) * HUNDRED
    side = "over" if percent > 0 else "under"
    reason = f"estimate {cents(estimate)} is {abs(percent):.1f} % {side} {cents(budget)}"
    if percent > rules.red_over_percent:
        return "red", reason
    if percent > rules.yellow_over_percent and estimate - budget > rules.floor:
        return "yellow", reason
    return "green", reason
