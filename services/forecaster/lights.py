"""The traffic light of an OU: red, yellow, green or grey, always with its reason in words.

v = month-end estimate / budget - 1, on complete days only:
red when the month to date is over budget or v is over `red_over_percent`; yellow when v is over
`yellow_over_percent`, or the upper end of the 80 % interval is over `red_over_percent`; green
otherwise; grey without a budget that holds, an estimate, a complete day, or anything billed.
"""

from dataclasses import dataclass
from decimal import Decimal

from shared.config_outlook import Thresholds
from shared.money import cents
from shared.outlook import NO_BUDGET, Light

HUNDRED = Decimal(100)
NOT_BILLED = "nothing was billed in an OU of this name: is the budget's OU right?"


@dataclass(frozen=True)
class Standing:
    """What a light is judged on; amounts in one currency.

    `upper` is the upper end of the estimate's 80 % interval, where it is known; `unbudgeted` says
    why there is no budget; `unbilled` why nothing was billed this month to be held against
    it, empty where something was.
    """

    month_to_date: Decimal
    budget: Decimal | None
    estimate: Decimal | None
    complete: bool
    upper: Decimal | None = None
    unbudgeted: str = NO_BUDGET
    unbilled: str = ""


def light_of(standing: Standing, rules: Thresholds) -> tuple[Light, str]:
    """Return the light and why."""
    if not standing.complete:
        return "grey", "the day is not fully delivered yet"
    if standing.budget is None:
        return "grey", standing.unbudgeted
    if standing.unbilled:
        return "grey", standing.unbilled
    if standing.month_to_date > standing.budget:
        spent, budget = cents(standing.month_to_date), cents(standing.budget)
        return "red", f"month to date {spent} is already over the budget of {budget}"
    if standing.estimate is None:
        return "grey", "no estimate of the month's end"
    return _by_estimate(standing.estimate, standing.upper, standing.budget, rules)


def _by_estimate(
    estimate: Decimal, upper: Decimal | None, budget: Decimal, rules: Thresholds
) -> tuple[Light, str]:
    percent = _over(estimate, budget)
    side = "over" if percent > 0 else "under"
    reason = f"estimate {cents(estimate)} is {abs(percent):.1f} % {side} {cents(budget)}"
    if percent > rules.red_over_percent:
        return "red", reason
    if percent > rules.yellow_over_percent and estimate - budget > rules.floor:
        return "yellow", reason
    if upper is None or _over(upper, budget) <= rules.red_over_percent:
        return "green", reason
    if upper - budget <= rules.floor:
        return "green", reason
    may_be = f"the upper end of its 80 % interval, {cents(upper)}, is {_over(upper, budget):.1f} %"
    return "yellow", f"{reason}, but {may_be} over"


def _over(amount: Decimal, budget: Decimal) -> Decimal:
    return (amount / budget - 1) * HUNDRED
