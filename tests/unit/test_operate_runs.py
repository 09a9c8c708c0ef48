"""What `daybook status` makes of the runs: done, on their way, or stuck."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from daybook.operate.documents import Documents
from daybook.operate.runs import Runs, read_runs
from shared.days import Period
from shared.events import Batch, Refresh
from shared.ledger import Ledger
from shared.locations import run_record_key
from shared.memory import MemoryStore
from shared.run_record import RunRecord
from tests.support.units.aio import in_loop
from tests.support.units.events import SECOND_DELIVERY, archive, queried
from tests.support.units.rows import DAY, row

NOW = datetime(2026, 3, 19, 12, tzinfo=UTC)
MARCH = Period(2026, 3)


def at(hours: float) -> MemoryStore:
    """Return a bucket whose objects were written so many hours ago."""
    return MemoryStore(now=lambda: NOW - timedelta(hours=hours))


@in_loop
@pytest.mark.parametrize(("hours", "stuck"), [(0.5, False), (2, True)])
async def test_a_run_that_is_staged_and_not_cataloged_is_open_and_after_an_hour_stuck(
    hours: float, stuck: bool
) -> None:
    store = at(hours)
    await queried(store, {DAY: [row("1")]})

    (run,) = (await read_runs(Documents(store), MARCH, NOW)).open

    assert (run.run, run.period, run.stuck) == ("run-1", MARCH, stuck)
    assert run.step == "is read: archiver"


@in_loop
@pytest.mark.parametrize("stray", ["leftover.parquet", "period=2026-03", "period=x/y", "a/b/c"])
async def test_what_no_worker_staged_is_no_run(stray: str) -> None:
    store = at(0)
    await queried(store, {DAY: [row("1")]})
    await store.put(f"staging/run=x/{stray}", b"x")

    assert [run.run for run in (await read_runs(Documents(store), MARCH, NOW)).open] == ["run-1"]


@in_loop
async def test_a_run_that_is_archived_waits_for_whoever_comes_next() -> None:
    store = at(0)
    await archive(store, await queried(store, {DAY: [row("1")]}))

    (run,) = (await read_runs(Documents(store), MARCH, NOW)).open

    assert run.step == "is archived: forecaster, catalog"


@in_loop
@pytest.mark.parametrize(("hours", "still"), [(2, []), (0.5, ["run-1"])])
async def test_a_run_that_is_stuck_is_open_no_more_once_a_newer_delivery_is_archived(
    hours: float, still: list[str]
) -> None:
    """Its month was replayed. One that is only on its way still ends, and is shown."""
    store = at(hours)
    await queried(store, {DAY: [row("1")]})
    newer = await queried(store, {DAY: [row("2")]}, run="run-2", version=SECOND_DELIVERY)
    await archive(store, newer)

    runs = await runs_of(store, record("run-2", MARCH))

    assert [run.run for run in runs.open] == still


@in_loop
async def test_a_run_that_is_stuck_stays_open_beside_an_older_delivery() -> None:
    store = at(2)
    await archive(store, await queried(store, {DAY: [row("1")]}))
    await queried(store, {DAY: [row("2")]}, run="run-2", version=SECOND_DELIVERY)

    runs = await runs_of(store, record("run-1", MARCH))

    assert [(run.run, run.stuck) for run in runs.open] == [("run-2", True)]


@in_loop
@pytest.mark.parametrize(("again", "still"), [(1.5, []), (3, ["run-1"])])
async def test_a_run_that_stopped_before_its_manifest_is_open_until_the_month_is_read_again(
    again: float, still: list[str]
) -> None:
    hours = 2.0
    store = MemoryStore(now=lambda: NOW - timedelta(hours=hours))
    await store.put("staging/run=run-1/period=2026-03/day=2026-03-16/part-00000.parquet", b"x")
    hours = again
    await archive(store, await queried(store, {DAY: [row("1")]}, run="run-2"))

    runs = await runs_of(store, record("run-2", MARCH))

    assert [run.run for run in runs.open] == still


@in_loop
@pytest.mark.parametrize(("days", "stuck"), [(0, False), (9, False), (12, True)])
async def test_a_run_that_waits_for_the_export_says_for_what_and_is_stuck_when_the_tick_gave_up(
    days: int, stuck: bool
) -> None:
    store = at(24 * days)
    looked = b'{"version": "v", "reason": "usage of 2026-03-16 is still being delivered"}'
    await store.put("staging/run=run-1/period=2026-03/not-ready.json", looked)

    (run,) = (await read_runs(Documents(store), MARCH, NOW)).open

    assert (run.step, run.stuck) == ("waits for the export", stuck)
    assert run.reason == "usage of 2026-03-16 is still being delivered"


def record(run: str, period: Period, **more: object) -> RunRecord:
    known = {
        "run": run,
        "period": period,
        "first_day": period.first,
        "day": period.last,
        "notify": False,
        "source_version": "x",
        "cataloged_at": NOW,
        "days_changed": 0,
        "changed": False,
    }
    return RunRecord.model_validate(known | more)


async def runs_of(
    store: MemoryStore, *records: RunRecord, month: Period = MARCH, now: datetime = NOW
) -> Runs:
    for each in records:
        await Ledger(store).create(run_record_key(each.run, each.period), each)
    return await read_runs(Documents(store), month, now)


@in_loop
async def test_a_run_that_is_recorded_is_done() -> None:
    store = at(0)
    await queried(store, {DAY: [row("1")]})

    assert (await runs_of(store, record("run-1", MARCH))).open == ()


@in_loop
async def test_a_month_costs_what_the_runs_of_its_days_on_the_calendar_did() -> None:
    runs = await runs_of(
        at(0),
        record("a", MARCH, query_cost="0.05", cost_explorer_requests=3),
        record("b", Period(2025, 1), query_cost="0.005"),
        record("c", MARCH, cataloged_at=NOW - timedelta(days=30), query_cost="9"),
    )

    spent = runs.spent()

    assert (spent.runs, spent.queries, spent.cost_explorer) == (
        2,
        Decimal("0.055"),
        Decimal("0.03"),
    )
    assert spent.total == Decimal("0.085")


@in_loop
async def test_a_backfill_shows_how_many_of_its_months_are_done() -> None:
    batch = [Batch(part=n, of=3, reason="why", requested_by="ops") for n in (1, 2, 3)]
    runs = await runs_of(
        at(0),
        record("long", Period(2025, 12), batch=batch[0]),
        record("long", Period(2026, 1), batch=batch[1]),
        record("tick", MARCH),
    )

    ((first, done),) = runs.backfills()
    assert (first.run, done) == ("long", 2)


FIRST_OF_APRIL = datetime(2026, 4, 1, 2, tzinfo=UTC)


@in_loop
@pytest.mark.parametrize("month", [MARCH, Period(2026, 4)])
async def test_a_backfill_across_a_month_end_is_counted_whole_whatever_the_month(
    month: Period,
) -> None:
    """Three months were done before midnight, and one after it."""
    store = MemoryStore(now=lambda: FIRST_OF_APRIL)
    parts = [
        record(
            "long",
            Period(2025, 8 + n),
            batch=Batch(part=n, of=4, reason="why", requested_by="ops"),
            cataloged_at=FIRST_OF_APRIL - timedelta(hours=3 if n < 4 else 1),
        )
        for n in (1, 2, 3, 4)
    ]
    runs = await runs_of(store, *parts, month=month, now=FIRST_OF_APRIL)

    ((_, done),) = runs.backfills()
    assert done == 4


@in_loop
async def test_on_the_first_the_runs_of_the_day_are_seen_beside_yesterdays_month() -> None:
    refresh = (Refresh(dataset="costs", ingestion="i", status="COMPLETED"),)
    batch = Batch(part=1, of=3, reason="why", requested_by="ops")
    an_hour_ago = FIRST_OF_APRIL - timedelta(hours=1)
    runs = await runs_of(
        MemoryStore(now=lambda: FIRST_OF_APRIL),
        record("today", MARCH, refreshes=refresh, cataloged_at=an_hour_ago, batch=batch),
        now=FIRST_OF_APRIL,
    )

    assert runs.last_refresh
    assert [(first.run, done) for first, done in runs.backfills()] == [("today", 1)]
    assert runs.spent().runs == 0


@in_loop
async def test_the_last_refresh_is_of_the_newest_run_that_refreshed() -> None:
    refresh = (Refresh(dataset="costs", ingestion="i", status="COMPLETED"),)
    runs = await runs_of(
        at(0),
        record("old", MARCH, refreshes=refresh, cataloged_at=NOW - timedelta(days=2)),
        record("new", MARCH, refreshes=refresh, cataloged_at=NOW - timedelta(days=1)),
        record("newest", MARCH),
    )

    assert runs.last_refresh
    assert runs.last_refresh.run == "new"
