"""AWS Budgets: what the adapter makes of the emulator's budgets; and when there is no answer.

The emulator pages and defaults as the API Reference says; refusals come from a server that speaks
the protocol, for the emulator knows none. What AWS itself does was not seen.
"""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from services.query.aws_budgets import AwsBudgets, account_of
from services.query.limits import Seen
from shared.aws import clients
from shared.days import Period
from shared.errors import NotAnswered
from shared.limits import Stated
from tests.support.cloud import Cloud
from tests.support.looped import Loop

START = datetime(2026, 1, 1, tzinfo=UTC)
USD = {"Unit": "USD"}


@pytest.fixture
def adapter(cloud: Cloud, loop: Loop) -> AwsBudgets:
    (client,) = loop.enter(clients("budgets"))
    return AwsBudgets(client, cloud.endpoint.account)


def made(cloud: Cloud, name: str = "prod", **fields: Any) -> None:
    budget = {
        "BudgetName": name,
        "BudgetType": "COST",
        "TimeUnit": "MONTHLY",
        "TimePeriod": {"Start": START},
    }
    if "PlannedBudgetLimits" not in fields:
        budget["BudgetLimit"] = {"Amount": "1000.50"} | USD
    account = cloud.endpoint.account
    cloud.client("budgets").create_budget(AccountId=account, Budget=budget | fields)


def stated(loop: Loop, adapter: AwsBudgets) -> Stated:
    return loop(adapter.seen(["prod"]))["prod"].stated


def test_a_fixed_limit_holds_from_the_budgets_start_without_an_end(
    cloud: Cloud, loop: Loop, adapter: AwsBudgets
) -> None:
    made(cloud)

    assert stated(loop, adapter) == Stated(
        currency="USD", monthly=Decimal("1000.50"), starts=date(2026, 1, 1)
    )


def test_a_plan_with_a_month_of_nothing_can_be_used(
    cloud: Cloud, loop: Loop, adapter: AwsBudgets
) -> None:
    starts = [datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2)]
    amounts = dict(zip(starts, ("0", "5"), strict=True))
    spends = {f"{at.timestamp():.0f}": {"Amount": n} | USD for at, n in amounts.items()}
    made(cloud, PlannedBudgetLimits=spends)

    said = stated(loop, adapter)

    assert said.unusable == ""
    assert list(said.months.values()) == [0, 5]


def test_a_plan_has_its_limits_by_month(cloud: Cloud, loop: Loop, adapter: AwsBudgets) -> None:
    months = [datetime(2025, 12, 1, tzinfo=UTC), START]
    keys = [str(int(month.timestamp())) for month in months]
    spends = dict(zip(keys, [{"Amount": "7"} | USD, {"Amount": "8"} | USD], strict=True))
    made(cloud, PlannedBudgetLimits=spends)

    found = stated(loop, adapter)

    assert found.monthly is None
    assert found.months == {Period(2025, 12): Decimal(7), Period(2026, 1): Decimal(8)}
    assert found.currency == "USD"


def test_the_last_day_is_the_one_before_the_end(
    cloud: Cloud, loop: Loop, adapter: AwsBudgets
) -> None:
    made(cloud, TimePeriod={"Start": START, "End": datetime(2026, 7, 1, tzinfo=UTC)})

    assert stated(loop, adapter).ends == date(2026, 6, 30)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"TimeUnit": "QUARTERLY"}, "is QUARTERLY, not MONTHLY"),
        ({"BudgetType": "USAGE"}, "is of USAGE, not of COST"),
        ({"BudgetLimit": {"Amount": "0"} | USD}, "has a limit of nothing"),
        (
            {"CostFilters": {"Service": ["Amazon Redshift"]}},
            "is of a part of the cost only: it filters by service",
        ),
        (
            {"FilterExpression": {"Dimensions": {"Key": "REGION", "Values": ["eu-central-1"]}}},
            "is of a part of the cost only: it filters by region",
        ),
        (
            {"FilterExpression": {"Not": {"Dimensions": {"Key": "SERVICE", "Values": ["x"]}}}},
            "is of a part of the cost only: it filters by service",
        ),
        (
            {
                "FilterExpression": {
                    "Not": {"Dimensions": {"Key": "LINKED_ACCOUNT", "Values": ["1"]}}
                }
            },
            "is of a part of the cost only: it filters by not linkedaccount",
        ),
    ],
)
def test_what_can_be_no_budget_of_an_ou_says_why(
    cloud: Cloud, loop: Loop, adapter: AwsBudgets, fields: dict[str, Any], why: str
) -> None:
    made(cloud, **fields)

    assert stated(loop, adapter) == Stated(unusable=why)


@pytest.mark.parametrize(
    "fields",
    [
        {"CostFilters": {"LinkedAccount": ["2" * 12, "1" * 12]}},
        {
            "FilterExpression": {
                "And": [
                    {"Dimensions": {"Key": "LINKED_ACCOUNT", "Values": ["1" * 12, "2" * 12]}},
                    {"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Credit"]}}},
                ]
            }
        },
    ],
    ids=["filters", "expression"],
)
def test_the_accounts_that_it_is_filtered_by_are_told(
    cloud: Cloud, loop: Loop, adapter: AwsBudgets, fields: dict[str, Any]
) -> None:
    made(cloud, **fields)

    assert stated(loop, adapter).accounts == ("1" * 12, "2" * 12)


def test_tags_and_cost_categories_may_stand_for_an_ou(
    cloud: Cloud, loop: Loop, adapter: AwsBudgets
) -> None:
    tagged = {"Tags": {"Key": "ou", "Values": ["prod"]}}
    made(
        cloud, FilterExpression={"Or": [tagged, {"CostCategories": {"Key": "k", "Values": ["v"]}}]}
    )

    assert stated(loop, adapter).monthly == Decimal("1000.50")


def test_all_pages_are_read_and_others_left_out(
    cloud: Cloud, loop: Loop, adapter: AwsBudgets
) -> None:
    names = [f"budget {n}" for n in range(101)]
    for name in names:
        made(cloud, name)

    found = loop(adapter.seen([names[0], names[-1], "nowhere"]))

    assert sorted(found) == sorted([names[0], names[-1]])
    assert isinstance(found[names[-1]], Seen)


@pytest.mark.parametrize("code", ["AccessDeniedException", "NotFoundException"])
def test_a_refusal_is_no_answer(loop: Loop, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    with pytest.raises(NotAnswered, match=code):
        loop(refused(code, monkeypatch))


async def refused(code: str, patch: pytest.MonkeyPatch) -> object:
    async def answer(_: web.Request) -> web.Response:
        body = json.dumps({"__type": code, "Message": "no"})
        return web.Response(text=body, status=400, content_type="application/x-amz-json-1.1")

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(application) as server:
        patch.setenv("AWS_ENDPOINT_URL_BUDGETS", str(server.make_url("")))
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        patch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        patch.setenv("NO_PROXY", "127.0.0.1")
        async with clients("budgets") as (client,):
            return await AwsBudgets(client, "1" * 12).seen(["prod"])


def test_nobody_there_is_no_answer(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_BUDGETS", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    (client,) = loop.enter(clients("budgets"))

    with pytest.raises(NotAnswered, match="EndpointConnectionError"):
        loop(AwsBudgets(client, "1" * 12).seen(["prod"]))


def test_the_account_is_that_of_the_events_topic() -> None:
    assert account_of("arn:aws:sns:us-east-1:123456789012:daybook-events") == "123456789012"
