"""Since when a late day's data is missing: what was complete last, and what was delivered last."""

from datetime import date, time, timedelta

import pytest

from shared.day_record import PeriodRecord
from shared.days import Period
from shared.errors import Wait
from shared.events import DataDelayed, DelayedData, Reference
from shared.ledger import Ledger
from shared.locations import period_record_key
from tests.support.units.aio import in_loop
from tests.support.units.events import tick
from tests.support.units.queries import DELIVERED, FEBRUARY, MARCH, Query
from tests.support.units.rows import DAY

NEXT_TICK = "2026-03-19T07:00:00Z"


async def archived(
    query: Query, period: Period, through: date | None, *, final: bool = False
) -> None:
    record = PeriodRecord(
        source_version="v",
        run="before",
        staging=Reference(uri="s3://x/manifest.json", sha256="0" * 64),
        complete_through=through,
        final=final,
    )
    await Ledger(query.store).create(period_record_key(period), record)


async def told(query: Query, at: str = NEXT_TICK) -> DelayedData:
    """Return what a tick says whose day the export does not reach."""
    query.deadline = time(12)
    event = tick(at)
    query.clock = {"now": lambda: event.time + timedelta(hours=9)}
    with pytest.raises(Wait) as waits:
        await query.hear(event)
    (said,) = waits.value.says
    assert isinstance(said, DataDelayed)
    return said.data


@in_loop
async def test_it_says_the_last_complete_day_and_the_last_delivery() -> None:
    query = Query(FEBRUARY, MARCH)
    await archived(query, FEBRUARY, FEBRUARY.last, final=True)
    await archived(query, MARCH, DAY)

    data = await told(query)

    assert (data.complete_through, data.delivered_at) == (DAY, DELIVERED)


@in_loop
async def test_of_a_month_that_has_just_begun_it_is_the_month_before() -> None:
    query = Query(FEBRUARY)
    await archived(query, FEBRUARY, None, final=True)

    data = await told(query, "2026-03-02T07:00:00Z")

    assert (data.complete_through, data.delivered_at) == (date(2026, 2, 28), DELIVERED)


@in_loop
async def test_where_nothing_is_known_nothing_is_said() -> None:
    data = await told(Query())

    assert (data.complete_through, data.delivered_at) == (None, None)


def test_what_an_older_release_said_can_be_read() -> None:
    old = {"day": "2026-03-16", "reason": "late", "deadline": "2026-03-17T14:00:00Z"}

    data = DelayedData.model_validate(old)

    assert (data.complete_through, data.delivered_at) == (None, None)
