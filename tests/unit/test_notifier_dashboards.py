"""The notifier writes a dashboard per run, and the latest; the newest delivery wins."""

from datetime import date, timedelta

from services.notifier.dashboard.reading import read_window
from shared.day_record import ADOPTED, PeriodRecord
from shared.days import Period
from shared.locations import LATEST_DASHBOARD, dashboard_key, period_record_key
from tests.support.units.aio import in_loop
from tests.support.units.events import SECOND_DELIVERY, cataloged
from tests.support.units.notifier import Notifier, hear
from tests.support.units.rows import DAY, row

BEFORE = DAY - timedelta(days=1)


async def latest(notifier: Notifier) -> bytes:
    found = await notifier.store.get(LATEST_DASHBOARD)
    assert found
    return found.body


@in_loop
async def test_a_run_leaves_its_days_dashboard_and_the_latest() -> None:
    notifier = Notifier()

    await hear(notifier, {DAY: [row("12.5", BillingDate=DAY)]})

    found = await notifier.store.get(dashboard_key(DAY))
    assert found
    assert found.body == await latest(notifier)
    assert found.body.startswith(b"<!doctype html>")


@in_loop
async def test_a_repeat_writes_the_same_bytes_once() -> None:
    notifier = Notifier()
    event = await cataloged(notifier.store, {DAY: [row("12.5", BillingDate=DAY)]})

    await notifier.hear(event)
    await notifier.hear(event)

    assert len(notifier.store.versions[dashboard_key(DAY)]) == 1
    assert len(notifier.store.versions[LATEST_DASHBOARD]) == 1


@in_loop
async def test_a_replay_of_an_old_day_is_not_the_latest() -> None:
    notifier = Notifier()
    days = {BEFORE: [row("1", BillingDate=BEFORE)], DAY: [row("2", BillingDate=DAY)]}
    await hear(notifier, days)
    newest = await latest(notifier)

    await hear(notifier, {BEFORE: days[BEFORE]}, version=SECOND_DELIVERY, run="later")

    assert await latest(notifier) == newest
    assert await notifier.store.get(dashboard_key(BEFORE))


@in_loop
async def test_a_run_without_a_digest_writes_none() -> None:
    notifier = Notifier()

    await hear(notifier, {DAY: [row("12.5", BillingDate=DAY)]}, notify=False)

    assert await notifier.store.list("dashboards/") == []


@in_loop
async def test_the_window_ends_with_the_day() -> None:
    notifier = Notifier()
    days: dict[date, list[dict[str, object]]] = {
        day: [row("1", BillingDate=day)] for day in (BEFORE, DAY)
    }
    await hear(notifier, days)

    window = await read_window(notifier.store, BEFORE, "amortized")

    assert window.cells.days == (BEFORE,)


@in_loop
async def test_each_day_has_the_status_that_the_ledger_knows() -> None:
    notifier = Notifier()
    january, february = DAY.replace(month=1, day=31), DAY.replace(month=2, day=28)
    for day in (january, february, DAY):
        await cataloged(notifier.store, {day: [row("1", BillingDate=day)]}, run=f"of-{day}")
    for day, known in (
        (january, {"complete_through": january - timedelta(days=1)}),
        (february, {"complete_through": february, "final": True}),
    ):
        record = PeriodRecord.model_validate({"source_version": "v", "run": "r", **known})
        await notifier.store.put(
            period_record_key(Period.of(day)), record.model_dump_json().encode()
        )

    window = await read_window(notifier.store, DAY, "amortized")

    assert window.statuses == {january: "partial", february: "final", DAY: "complete"}


@in_loop
async def test_days_from_before_daybook_have_no_status_that_it_knows() -> None:
    notifier = Notifier()
    await cataloged(notifier.store, {DAY: [row("1", BillingDate=DAY)]})
    record = PeriodRecord(source_version=ADOPTED, run="adopt")
    await notifier.store.put(period_record_key(Period.of(DAY)), record.model_dump_json().encode())

    assert (await read_window(notifier.store, DAY, "amortized")).statuses == {}
