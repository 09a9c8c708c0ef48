"""What a run is told of limits of AWS Budgets: what was not read, what does not fit the OU."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from services.forecaster.assess import Rules
from services.forecaster.handler import AssessPeriod
from services.query.budget_source import MOST_ACCOUNTS, BudgetsWithLimits
from services.query.limits import Seen
from services.query.organization import Placement
from shared.config_outlook import AwsBudget, Budget, Lights
from shared.errors import NotAnswered
from shared.events import PeriodQueried
from shared.ledger import Ledger
from shared.limits import AwsLimits, Stated
from shared.locations import AWS_LIMITS, outlook_key
from shared.memory import MemoryStore
from shared.outlook import outlook_rows
from shared.parquet import from_parquet
from tests.support.units.aio import in_loop
from tests.support.units.events import archive, queried, tick
from tests.support.units.leases import new_lease
from tests.support.units.queries import MARCH, Query
from tests.support.units.rows import DAY, row

NOW = datetime(2026, 3, 17, 7, tzinfo=UTC)
ASKED = (AwsBudget(name="prod", ou="Prod"),)


@dataclass
class Answering:
    """AWS Budgets that answers, or does not."""

    stated: dict[str, Stated] = field(default_factory=dict)
    trouble: str = ""

    async def seen(self, names: Collection[str]) -> dict[str, Seen]:
        if self.trouble:
            raise NotAnswered(self.trouble)
        return {n: Seen(s, date.min) for n, s in self.stated.items() if n in names}


def limit(**fields: Any) -> Stated:
    return Stated(currency="USD", monthly=Decimal(100), **fields)


def placed(account: str, ou: str = "Prod", status: str = "ACTIVE") -> Placement:
    return Placement(0, account * 12, "shop", "", f"Root/{ou}", date.min, date.max, status)


def source(
    account: Answering, archive: MemoryStore | None = None, *written: Budget
) -> BudgetsWithLimits:
    return BudgetsWithLimits(account, ASKED, written, archive or MemoryStore(), lambda: NOW)


async def notes(account: Answering, *placements: Placement) -> list[str]:
    budgets = source(account)
    await budgets.observe("run")
    return (await budgets.read()).notes(placements, DAY)


@in_loop
async def test_a_limit_of_the_ous_own_accounts_needs_no_note() -> None:
    account = Answering({"prod": limit(accounts=("1" * 12, "2" * 12))})

    inside = [placed("1"), placed("2", "Prod/EU"), placed("3", status="GONE")]

    assert await notes(account, *inside, placed("4", "Lab")) == []
    assert await notes(Answering({"prod": limit()}), *inside) == []


@in_loop
async def test_a_limit_of_other_accounts_names_them() -> None:
    account = Answering({"prod": limit(accounts=("1" * 12, "4" * 12))})

    (said,) = await notes(account, placed("1"), placed("2"), placed("4", "Lab"))

    assert said == (
        "The AWS budget prod of Prod is of accounts outside the OU 444444444444 and "
        "not of its accounts 222222222222."
    )


@in_loop
async def test_many_accounts_are_counted() -> None:
    outside = tuple(f"{n:012}" for n in range(MOST_ACCOUNTS + 2))

    (said,) = await notes(Answering({"prod": limit(accounts=outside)}))

    assert said.endswith("000000000004 and 2 more.")


@in_loop
async def test_a_budget_that_sets_no_limit_is_named_with_the_reason() -> None:
    account = Answering({"prod": Stated(unusable="is QUARTERLY, not MONTHLY")})

    assert await notes(account) == [
        "Prod has no budget: the AWS budget prod is QUARTERLY, not MONTHLY."
    ]


@in_loop
async def test_a_refusal_is_told_with_the_permission_and_holds_nothing_up() -> None:
    query, account = Query(MARCH), Answering({"prod": limit()})
    query.limits = source(account, query.store)
    await query.limits.observe("yesterday")
    account.trouble = "AccessDeniedException"
    query.limits = BudgetsWithLimits(account, ASKED, (), query.store)

    (said,) = await query.hear(tick())

    assert isinstance(said, PeriodQueried)
    (note,) = [note for note in said.data.notes if "did not answer" in note]
    assert "(AccessDeniedException): limits are as of 2026-03-17 07:00 UTC" in note
    assert "budgets:ViewBudget" in note


@in_loop
async def test_what_was_never_read_says_so() -> None:
    said = await notes(Answering(trouble="EndpointConnectionError"))

    assert "no limit holds" in said[0]
    assert said[1] == "Prod has no budget: AWS Budgets has not been read yet."


@in_loop
async def test_only_what_daybook_yaml_names_is_kept() -> None:
    store = MemoryStore()

    await source(Answering({"prod": limit(), "of others": limit()}), store).observe("run")

    entry = await Ledger(store).read(AWS_LIMITS, AwsLimits)
    assert entry
    assert list(entry.doc.budgets) == ["prod"]


@pytest.mark.parametrize("known", [True, False])
@in_loop
async def test_the_forecaster_judges_by_what_the_query_worker_saw(known: bool) -> None:
    store = MemoryStore()
    if known:
        asked = BudgetsWithLimits(Answering({"root": limit()}), ROOT, (), store, lambda: NOW)
        await asked.observe("run")
    event = await archive(store, await queried(store, {DAY: [row("2")]}))

    rules = Rules((), Lights())
    await AssessPeriod(store, "amortized", rules, limits=ROOT)(event, new_lease())

    body = store.versions[outlook_key(DAY)][-1].body
    (root,) = [r for r in outlook_rows(from_parquet(body)) if r.ou_path == "Root"]
    assert root.budget == (Decimal(100) if known else None)
    assert (root.light == "grey") is not known


ROOT = (AwsBudget(name="root", ou="Root"),)
