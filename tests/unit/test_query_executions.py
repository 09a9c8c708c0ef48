"""What AWS's own attempts to refresh the export mean for a tick."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import pytest

from services.query.executions import IN_PROGRESS, STUCK, Execution, failure, under_way
from shared.errors import NotAnswered, Retry, Wait
from shared.events import DataDelayed
from tests.support.units.aio import in_loop
from tests.support.units.events import backfill, tick
from tests.support.units.queries import DELIVERED, MARCH, Query
from tests.support.units.rows import DAY

NOW = DELIVERED + timedelta(hours=1)


def execution(
    status: str, minutes: int, *, reason: str = "", silent: timedelta = timedelta()
) -> Execution:
    """Return one that began so many minutes after the delivery, last heard of `silent` ago."""
    created = DELIVERED + timedelta(minutes=minutes)
    return Execution(f"e{minutes}", status, reason, created, NOW - silent)


@dataclass(frozen=True)
class Said:
    """An export of which AWS says this."""

    executions: Sequence[Execution]

    async def known(self) -> Sequence[Execution]:
        return self.executions


def waiting(*executions: Execution, now: datetime = NOW) -> Query:
    query = Query(MARCH)
    query.executions, query.deadline = Said(executions), time(14)
    query.clock = {"now": lambda: now}
    return query


@pytest.mark.parametrize("status", IN_PROGRESS)
@in_loop
async def test_a_tick_waits_while_aws_makes_a_newer_delivery(status: str) -> None:
    query = waiting(execution("DELIVERY_SUCCESS", -20), execution(status, 30))

    with pytest.raises(Wait, match=f"refreshing the export, .* 17 Mar 06:30 UTC: {status}"):
        await query.hear(tick())

    assert query.engine.prefixes == []


@pytest.mark.parametrize(
    "found",
    [
        (),
        (execution("QUERY_IN_PROCESS", -10),),  # it wrote this manifest, and is not yet told so
        (execution("DELIVERY_SUCCESS", 30),),
        (execution("QUERY_QUEUED", 30, silent=STUCK + timedelta(seconds=1)),),
    ],
    ids=["none", "older-than-the-manifest", "ended", "stuck"],
)
@in_loop
async def test_a_tick_does_not_wait_for_what_changes_nothing(found: tuple[Execution, ...]) -> None:
    (said,) = await waiting(*found).hear(tick())

    assert said.data.notes == ()


@in_loop
async def test_who_does_not_wait_for_a_whole_day_does_not_wait_for_aws() -> None:
    query = waiting(execution("QUERY_IN_PROCESS", 30))
    assert await query.hear(backfill(DAY, DAY))

    query = waiting(execution("QUERY_IN_PROCESS", 30))
    query.deadline = None
    assert await query.hear(tick())


@in_loop
async def test_a_digest_says_that_aws_failed_to_refresh_the_export_since() -> None:
    failed = execution("DELIVERY_FAILURE", 30, reason="INSUFFICIENT_PERMISSION")

    (said,) = await waiting(failed).hear(tick())

    (note,) = said.data.notes
    assert note.startswith("AWS failed to refresh the export after this delivery, execution of 17")
    assert note.endswith("06:30 UTC: DELIVERY_FAILURE (INSUFFICIENT_PERMISSION).")


@in_loop
async def test_a_failure_that_a_delivery_has_overcome_is_no_news() -> None:
    (said,) = await waiting(execution("QUERY_FAILURE", -30)).hear(tick())

    assert said.data.notes == ()


@in_loop
async def test_a_delay_names_the_failure_that_it_may_come_from() -> None:
    due = DELIVERED.replace(hour=14)
    query = waiting(execution("QUERY_FAILURE", 30, reason="BILL_OWNER_CHANGED"), now=due)
    query.shelf.periods.clear()

    with pytest.raises(Wait) as late:
        await query.hear(tick())

    (told,) = late.value.says
    assert isinstance(told, DataDelayed)
    assert told.data.reason.startswith("no export of 2026-03 is delivered yet; AWS failed to")
    assert "QUERY_FAILURE (BILL_OWNER_CHANGED)" in told.data.reason


@in_loop
async def test_a_reason_is_cut_to_what_an_event_takes() -> None:
    query = waiting(
        execution("QUERY_FAILURE", 30, reason="n" * 600), now=DELIVERED.replace(hour=14)
    )
    query.shelf.periods.clear()

    with pytest.raises(Wait) as late:
        await query.hear(tick())

    (told,) = late.value.says
    assert isinstance(told, DataDelayed)
    assert told.data.reason.endswith("nnn…")


class Silent:
    """An export of which AWS says nothing just now."""

    async def known(self) -> Sequence[Execution]:
        raise NotAnswered("InternalServerException")


@in_loop
async def test_waiting_goes_on_while_data_exports_does_not_answer() -> None:
    query = waiting(now=DELIVERED.replace(hour=14))
    query.executions = Silent()
    query.shelf.periods.clear()

    with pytest.raises(Wait) as late:
        await query.hear(tick())

    (told,) = late.value.says
    assert isinstance(told, DataDelayed)
    assert told.data.reason == (
        "no export of 2026-03 is delivered yet; AWS Data Exports did not answer "
        "(InternalServerException)"
    )


@in_loop
async def test_a_day_that_is_there_is_told_while_data_exports_does_not_answer() -> None:
    query = waiting()
    query.executions = Silent()

    (said,) = await query.hear(tick())

    (note,) = said.data.notes
    assert note == (
        "Whether AWS is refreshing the export is not known: AWS Data Exports did not answer "
        "(InternalServerException)."
    )


@in_loop
async def test_a_backfill_of_what_is_not_delivered_is_tried_again_with_the_failure_named() -> None:
    query = waiting(execution("QUERY_FAILURE", 30))
    query.shelf.periods.clear()

    with pytest.raises(Retry, match="QUERY_FAILURE"):
        await query.hear(backfill(DAY, DAY))


def test_the_newest_of_several_decides_in_whatever_order_they_are_told() -> None:
    older, newer = execution("QUERY_QUEUED", 10), execution("QUERY_IN_PROCESS", 20)
    failed, mended = execution("QUERY_FAILURE", 10), execution("DELIVERY_SUCCESS", 20)

    for both in ((older, newer), (newer, older)):
        assert under_way(both, DELIVERED, NOW) == newer
    for both in ((failed, mended), (mended, failed)):
        assert failure(both) is None
    assert failure([failed, newer]) == failed
