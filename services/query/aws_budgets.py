"""AWS Budgets: the limits of the account's budgets.

Permission: budgets:ViewBudget on the account's budgets.

Source: AWS Billing and Cost Management API Reference, "Budgets DescribeBudgets" and "Budget". The
account's own budgets only; pages hold 100. A plan's keys are the starts of its months in epoch
seconds (UTC). A budget without an end has 2087-06-15 as its end, and AWS deletes it after its end.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from services.query.limits import Seen
from shared.answers import answering
from shared.days import Period
from shared.limits import Stated

NO_END = date(2087, 6, 14)
"""The last day of a budget that has no end."""
INSTANT = timedelta(microseconds=1)
ACCOUNT = "linkedaccount"
WHOLE = frozenset({ACCOUNT, "tag", "tagkeyvalue", "costcategory", "recordtype", "billingentity"})
"""Filters of a budget that may stand for an OU: whose cost it is and of what type, not what for."""


def account_of(arn: str) -> str:
    """Return the account that an ARN names: the events topic is in the workers' own."""
    return arn.split(":")[4]


class AwsBudgets:
    """Reads through an aiobotocore client."""

    def __init__(self, client: Any, account: str) -> None:
        """Keep the client, and the account whose budgets are read."""
        self._client = client
        self._account = account

    async def seen(self, names: Collection[str]) -> dict[str, Seen]:
        """Return those of the named budgets that are there; raise NotAnswered."""
        pages = self._client.get_paginator("describe_budgets").paginate(
            AccountId=self._account, ShowFilterExpression=True
        )
        with answering():
            found = [budget async for page in pages for budget in page.get("Budgets", ())]
        return {b["BudgetName"]: _seen(b) for b in found if b["BudgetName"] in names}


def _seen(budget: Any) -> Seen:
    updated = budget.get("LastUpdatedTime")
    return Seen(_stated(budget), _utc(updated).date() if updated else date.min)


def _stated(budget: Any) -> Stated:
    filters = dict(_filters(budget))
    if unusable := _unusable(budget, filters):
        return Stated(unusable=unusable)
    spends = budget.get("PlannedBudgetLimits") or {}
    months = {_month(start): Decimal(spend["Amount"]) for start, spend in spends.items()}
    limit = budget.get("BudgetLimit") or next(iter(spends.values()))
    start, end = _days(budget.get("TimePeriod") or {})
    return Stated(
        currency=limit["Unit"],
        monthly=None if months else Decimal(limit["Amount"]),
        months=months,
        starts=start,
        ends=end,
        accounts=tuple(sorted(filters.get(ACCOUNT, ()))),
    )


def _unusable(budget: Any, filters: dict[str, list[str]]) -> str:
    """Return why a budget can be none of an OU for a month; empty when it can."""
    if budget["BudgetType"] != "COST":
        return f"is of {budget['BudgetType']}, not of COST"
    if budget["TimeUnit"] != "MONTHLY":
        return f"is {budget['TimeUnit']}, not MONTHLY"
    if parts := sorted(filters.keys() - WHOLE):
        return f"is of a part of the cost only: it filters by {', '.join(parts)}"
    # Of a plan a single month may be of nothing: that is judged on its days.
    planned = list((budget.get("PlannedBudgetLimits") or {}).values())
    stated = planned or [budget.get("BudgetLimit")]
    amounts = [Decimal(spend["Amount"]) for spend in stated if spend]
    return "" if max(amounts, default=Decimal(0)) > 0 else "has a limit of nothing"


def _filters(budget: Any) -> Iterator[tuple[str, list[str]]]:
    """Yield what a budget filters by, in either of the forms that AWS has for it."""
    for name, values in (budget.get("CostFilters") or {}).items():
        yield _plain(name), values
    yield from _leaves(budget.get("FilterExpression") or {})


def _leaves(expression: Any) -> Iterator[tuple[str, list[str]]]:
    """Yield the leaves of an expression; of what it excludes, only by what."""
    for kind, name in (("Tags", "tag"), ("CostCategories", "costcategory")):
        if expression.get(kind):
            yield name, []
    if leaf := expression.get("Dimensions"):
        yield _plain(leaf["Key"]), leaf["Values"]
    for part in (*expression.get("And", ()), *expression.get("Or", ())):
        yield from _leaves(part)
    for name, _ in _leaves(expression["Not"]) if expression.get("Not") else ():
        yield f"not {name}" if name == ACCOUNT else name, []


def _plain(name: str) -> str:
    """Return a filter's name as both forms have it: LinkedAccount, LINKED_ACCOUNT."""
    return name.replace("_", "").lower()


def _days(period: Any) -> tuple[date, date | None]:
    """Return the first and the last day that a time period holds; no last where it has no end."""
    start = _utc(period["Start"]).date() if period.get("Start") else date.min
    end = (_utc(period["End"]) - INSTANT).date() if period.get("End") else NO_END
    return start, end if end < NO_END else None


def _month(start: str) -> Period:
    return Period.of(datetime.fromtimestamp(float(start), UTC).date())


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
