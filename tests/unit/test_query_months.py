"""Which months a tick and a backfill read."""

from datetime import date

import pytest

from shared.day_record import PeriodRecord
from shared.days import Period
from shared.events import Reference
from shared.ledger import Ledger
from shared.locations import period_record_key
from tests.support.units.aio import in_loop
from tests.support.units.events import backfill, tick
from tests.support.units.queries import DELIVERED, FEBRUARY, MARCH, Query
from tests.support.units.rows import DAY


async def archived(query: Query, period: Period, source_version: str) -> None:
    """Put a delivery down as the period's newest, as the archiver does."""
    staging = Reference(uri="s3://x/manifest.json", sha256="0" * 64)
    record = PeriodRecord(source_version=source_version, run="before", staging=staging)
    await Ledger(query.store).create(period_record_key(period), record)


DELIVERY = f"{DELIVERED:%Y%m%dT%H%M%S.%fZ}/execution-1"


@pytest.mark.parametrize(
    ("known", "months"),
    [
        (f"{DELIVERY}/20260317T070000.000000Z", ["2026-03"]),
        ("20260310T000000.000000Z/execution-0/20260310T070000.000000Z", ["2026-02", "2026-03"]),
        (None, ["2026-03"]),
    ],
)
@in_loop
async def test_a_tick_reads_the_month_before_as_long_as_it_is_delivered_anew(
    known: str | None, months: list[str]
) -> None:
    query = Query(FEBRUARY, MARCH)
    if known:
        await archived(query, FEBRUARY, known)

    said = await query.hear(tick())

    assert [str(event.data.period) for event in said] == months
    assert [event.data.notify for event in said] == [False] * (len(months) - 1) + [True]
    assert said[0].data.day == (date(2026, 2, 28) if len(months) == 2 else DAY)


@in_loop
async def test_a_backfill_reads_what_it_asks_for_and_no_more() -> None:
    query = Query(FEBRUARY, MARCH)
    await archived(query, FEBRUARY, "20260310T000000.000000Z/execution-0/x")

    said = await query.hear(backfill(DAY, DAY))

    assert [event.data.period for event in said] == [MARCH]
