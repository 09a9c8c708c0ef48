"""What Athena says of a query, as the worker understands it."""

from typing import Any

import pytest

from services.query.athena import AthenaQueries
from services.query.scan import Scan
from tests.support.units.aio import in_loop


class Client:
    """Answers every look with one execution."""

    def __init__(self, **status: Any) -> None:
        self._execution = {
            "Status": {"State": "FAILED"} | status,
            "Statistics": {"DataScannedInBytes": 7},
        }

    async def get_query_execution(self, **asked: str) -> dict[str, Any]:
        assert asked == {"QueryExecutionId": "query"}
        return {"QueryExecution": self._execution}


async def look(**status: Any) -> Scan:
    return await AthenaQueries(Client(**status), "daybook", "finops_db").look("query")


@pytest.mark.parametrize("category", [1, 2, 3])
@pytest.mark.parametrize("retryable", [True, False])
@in_loop
async def test_athena_itself_says_whether_another_try_may_succeed(
    category: int, *, retryable: bool
) -> None:
    error = {"ErrorCategory": category, "ErrorType": 1, "Retryable": retryable}

    assert (await look(AthenaError=error)).may_succeed is retryable


@pytest.mark.parametrize(("category", "may"), [(1, True), (2, False), (3, True), (None, True)])
@in_loop
async def test_where_it_does_not_only_a_fault_of_the_query_is_final(
    category: int | None, *, may: bool
) -> None:
    error = {} if category is None else {"AthenaError": {"ErrorCategory": category}}

    assert (await look(**error)).may_succeed is may


@in_loop
async def test_a_query_has_its_bytes_and_its_reason() -> None:
    cancelled = await look(State="CANCELLED", StateChangeReason="Bytes scanned limit")
    failed = await look(AthenaError={"ErrorMessage": "no bucket", "ErrorCategory": 3})

    assert (cancelled.bytes_scanned, cancelled.reason) == (7, "Bytes scanned limit")
    assert failed.reason == "no bucket"


@pytest.mark.parametrize(
    ("state", "ended"),
    [
        ("QUEUED", False),
        ("RUNNING", False),
        ("SUCCEEDED", True),
        ("FAILED", True),
        ("CANCELLED", True),
    ],
)
@in_loop
async def test_a_query_has_ended_when_it_cannot_change_any_more(state: str, *, ended: bool) -> None:
    assert (await look(State=state)).ended is ended
