"""SPICE refreshes."""

import re
from typing import Any

import pytest

from services.catalog.quicksight import SpiceRefresher
from shared.events import Refresh
from tests.support.units.aio import in_loop
from tests.support.units.catalogs import (
    FakeQuickSight,
    LimitExceededException,
    ResourceNotFoundException,
)

NAME = "daybook-run-1-2026-03"


async def refreshed(client: FakeQuickSight, name: str = NAME) -> Refresh:
    return await SpiceRefresher(client, "1" * 12, poll=0).refresh("sales", name)


def quicksight(*attempts: str | list[str], **more: Any) -> FakeQuickSight:
    statuses = {
        str(number): [status] if isinstance(status, str) else status
        for number, status in enumerate(attempts, start=1)
    }
    return FakeQuickSight(statuses, **more)


@in_loop
async def test_an_ingestion_is_followed_to_its_end() -> None:
    client = quicksight(["INITIALIZED", "QUEUED", "RUNNING", "COMPLETED"])

    refresh = await refreshed(client)

    assert (refresh.status, refresh.dataset) == ("COMPLETED", "sales")
    assert client.started == [refresh.ingestion] == [f"{NAME}-1"]


@in_loop
async def test_a_repeat_adopts_the_ingestion_that_was_started() -> None:
    client = quicksight("COMPLETED")
    first = await refreshed(client)

    again = await refreshed(client)

    assert again == first
    assert len(client.started) == 1


@in_loop
async def test_a_failed_ingestion_is_tried_again_under_another_id() -> None:
    client = quicksight("FAILED", "COMPLETED")

    refresh = await refreshed(client)

    assert (refresh.status, refresh.ingestion) == ("COMPLETED", f"{NAME}-2")


@in_loop
async def test_a_refresh_fails_after_three_attempts() -> None:
    client = quicksight("FAILED", "FAILED", "FAILED", "COMPLETED")

    refresh = await refreshed(client)

    assert refresh.status == "FAILED"
    assert len(client.started) == 3


@in_loop
async def test_a_repeat_of_a_failed_refresh_costs_no_further_ingestion() -> None:
    client = quicksight("FAILED", "FAILED", "FAILED")
    await refreshed(client)

    await refreshed(client)

    assert len(client.started) == 3


@in_loop
async def test_dropped_rows_are_a_failure() -> None:
    refresh = await refreshed(quicksight("COMPLETED", "COMPLETED", "COMPLETED", dropped=1))

    assert refresh.status == "FAILED"


@in_loop
async def test_a_cancelled_ingestion_is_not_tried_again() -> None:
    client = quicksight("CANCELLED", "COMPLETED")

    assert (await refreshed(client)).status == "CANCELLED"
    assert len(client.started) == 1


@in_loop
async def test_a_used_up_quota_is_told_and_not_waited_for() -> None:
    client = quicksight("COMPLETED", trouble=LimitExceededException())

    assert (await refreshed(client)).status == "LIMIT_EXCEEDED"
    assert client.calls == 1


@in_loop
async def test_a_data_set_that_is_gone_does_not_hold_the_digest_back() -> None:
    refresh = await refreshed(quicksight(trouble=ResourceNotFoundException("sales")))

    assert refresh.status != "COMPLETED"


@in_loop
async def test_a_stuck_ingestion_does_not_hold_the_digest_back_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("services.catalog.quicksight.BUDGET", 0.05)
    impatient = SpiceRefresher(quicksight("RUNNING"), "1" * 12, poll=0.01)

    refresh = await impatient.refresh("sales", NAME)

    assert refresh.status == "STUCK"


@pytest.mark.parametrize("name", ["a b/c:d", "x" * 500, "Büro"])
@in_loop
async def test_an_ingestion_id_is_one_that_quicksight_takes(name: str) -> None:
    client = quicksight("FAILED", "COMPLETED")

    await refreshed(client, name)

    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,128}", ingestion) for ingestion in client.started)
    assert len(set(client.started)) == 2
