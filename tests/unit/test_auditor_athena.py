"""The count of the table's rows by Athena: followed to its end, read over pages."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
import sqlglot
from botocore.exceptions import ClientError

from services.auditor import athena
from services.auditor.athena import AthenaCounter
from services.auditor.counting import Uncounted, counted, statement
from tests.support.units.aio import in_loop

HEAD = ("year", "month", "day", "row_count")


@dataclass
class FakeAthena:
    """Goes through its states, one a look, and answers with pages of rows."""

    states: list[str]
    pages: list[list[tuple[str, ...]]] = field(default_factory=list)
    started: list[dict[str, Any]] = field(default_factory=list)

    async def start_query_execution(self, **asked: Any) -> dict[str, str]:
        self.started.append(asked)
        return {"QueryExecutionId": "query-1"}

    async def get_query_execution(self, **asked: str) -> dict[str, Any]:
        assert asked == {"QueryExecutionId": "query-1"}
        state = self.states.pop(0)
        return {"QueryExecution": {"Status": {"State": state, "StateChangeReason": "because"}}}

    def get_paginator(self, operation: str) -> "FakeAthena":
        assert operation == "get_query_results"
        return self

    async def paginate(self, **asked: str) -> AsyncIterator[dict[str, Any]]:
        assert asked == {"QueryExecutionId": "query-1"}
        for page in self.pages:
            rows = [{"Data": [{"VarCharValue": cell} for cell in row]} for row in page]
            yield {"ResultSet": {"Rows": rows}}


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(athena, "SECONDS_BETWEEN_LOOKS", (0,))


def counter(client: FakeAthena) -> AthenaCounter:
    return AthenaCounter(client, "daybook", "finops_db", "s3://archive/staging/athena/audit/")


@in_loop
async def test_a_count_is_followed_to_its_end_and_read_over_pages() -> None:
    pages: list[list[tuple[str, ...]]] = [
        [HEAD, ("2026", "6", "3", "12")],
        [("2026", "6", "4", "0")],
    ]
    client = FakeAthena(["QUEUED", "RUNNING", "SUCCEEDED"], pages)

    assert await counter(client).rows_by_day({}) == {date(2026, 6, 3): 12, date(2026, 6, 4): 0}
    (asked,) = client.started
    assert asked["WorkGroup"] == "daybook"
    assert asked["QueryExecutionContext"] == {"Database": "finops_db"}


@pytest.mark.parametrize("state", ["FAILED", "CANCELLED"])
@in_loop
async def test_a_count_that_does_not_succeed_twice_is_none(state: str) -> None:
    client = FakeAthena([state, "RUNNING", state])

    with pytest.raises(Uncounted, match=f"query-1 ended {state}: because"):
        await counter(client).rows_by_day({})
    assert len(client.started) == 2


@in_loop
async def test_a_count_that_succeeds_the_second_time_counts() -> None:
    client = FakeAthena(["FAILED", "SUCCEEDED"], [[HEAD, ("2026", "6", "3", "12")]])

    assert await counter(client).rows_by_day({}) == {date(2026, 6, 3): 12}


@in_loop
async def test_a_count_that_athena_refuses_is_none() -> None:
    class Refuses(FakeAthena):
        async def start_query_execution(self, **_: Any) -> dict[str, str]:
            answer = {"Error": {"Code": "InvalidRequestException", "Message": "no workgroup"}}
            raise ClientError(answer, "StartQueryExecution")

    with pytest.raises(Uncounted, match="no workgroup"):
        await counter(Refuses([])).rows_by_day({})


def test_rows_of_a_partition_that_names_no_day_count_for_none() -> None:
    rows = [("2026", "2", "31", "7"), ("notes", "x", "y", "1"), (2026, 6, 3, 12)]

    assert counted(rows) == {date(2026, 6, 3): 12}


def test_the_statement_is_the_users_own_check_in_athenas_dialect() -> None:
    parsed = sqlglot.parse_one(statement(), dialect="athena")
    assert isinstance(parsed, sqlglot.exp.Select)

    assert {each.alias_or_name for each in parsed.selects} == set(HEAD)
    assert [each.name for each in parsed.args["group"].expressions] == ["year", "month", "day"]
