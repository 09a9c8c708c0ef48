"""`aws_budgets` in the configuration: what is taken and what is refused."""

import pytest

from shared.config import load_config
from shared.errors import InputError

PROD = "{ou: Workloads/Prod, monthly: 50000, from: 2026-01-01}"
VALID = """\
source: {format: cur2, location: "s3://exports/cur"}
organization: {location: "s3://archive/organization.csv"}
digest: {sender: daybook@example.com, recipients: [finops@example.com]}
"""


def with_limits(limits: str, budget: str = PROD, more: str = "") -> str:
    return f"{VALID}budgets: [{budget}]\naws_budgets: {limits}\n{more}"


def test_a_limit_is_mapped_to_an_ou() -> None:
    (limit,) = load_config(with_limits("[{name: lab monthly, ou: Lab}]"), "x").aws_budgets

    assert (limit.name, limit.ou, limit.currency) == ("lab monthly", "Root/Lab", "USD")


@pytest.mark.parametrize(
    ("limits", "problem"),
    [
        ("[{name: a, ou: A}, {name: a, ou: B}]", "aws_budgets has a twice"),
        ("[{name: a, ou: A}, {name: b, ou: A}]", "two limits of Root/A"),
        ('[{name: "a:b", ou: A}]', "should match pattern"),
        (
            "[{name: a, ou: Workloads/Prod}]",
            "Root/Workloads/Prod has a limit in aws_budgets: end its budget of 2026-01-01",
        ),
    ],
)
def test_limits_that_contradict_each_other_are_refused(limits: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        load_config(with_limits(limits), "daybook.yaml")


def test_a_budget_that_ends_may_be_followed_by_a_limit() -> None:
    ended = PROD.replace("}", ", until: 2026-03-31}")

    (limit,) = load_config(with_limits("[{name: a, ou: Workloads/Prod}]", ended), "x").aws_budgets

    assert limit.ou == "Root/Workloads/Prod"


def test_a_limit_is_in_the_currency_of_the_lights() -> None:
    euros = PROD.replace("}", ", currency: EUR}")
    shown = with_limits("[{name: a, ou: A}]", euros, "currency: {display: EUR}\n")

    with pytest.raises(InputError, match="the AWS budget a is in USD, and the lights are in EUR"):
        load_config(shown, "daybook.yaml")
