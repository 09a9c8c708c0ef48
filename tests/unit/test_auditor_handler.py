"""What the auditor does about what it finds: it waits, records, asks for repairs, rings once."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import structlog

from services.auditor.handler import AuditArchive
from services.auditor.listed import Ingestion, Queue
from services.auditor.report import AuditReport
from shared.errors import Reject, Wait
from shared.events import BackfillRequested, Event
from shared.locations import LATEST_AUDIT, breakdown_key, day_record_key
from shared.memory import MemoryBell
from tests.support.audited import (
    FIRST,
    LAST,
    MemoryAround,
    audit_request,
    in_memory,
    look_at,
    moment_after,
)
from tests.support.units.aio import in_loop
from tests.support.units.events import tick
from tests.support.units.leases import new_lease

DAY = date(2026, 6, 3)


class Auditor:
    """The auditor over an archive in memory, and what it said and rang."""

    def __init__(self, world: MemoryAround, *, later: timedelta = timedelta(0)) -> None:
        self.world, self.bell = world, MemoryBell()
        look = replace(look_at(world), now=lambda: moment_after(LAST) + later)
        self._handle = AuditArchive(look, world.store, self.bell)

    async def hear(self, event: Event) -> list[BackfillRequested]:
        said = await self._handle(event, new_lease())
        wishes = [event for event in said if isinstance(event, BackfillRequested)]
        assert len(wishes) == len(said)
        return wishes

    async def report(self) -> AuditReport:
        found = await self.world.store.get(LATEST_AUDIT)
        assert found
        return AuditReport.model_validate_json(found.body)


async def damaged() -> MemoryAround:
    world = await in_memory()
    for day in (FIRST, DAY, LAST):
        del world.store.versions[breakdown_key(day)]
    return world


@in_loop
async def test_a_clean_archive_is_recorded_and_nobody_is_told() -> None:
    auditor = Auditor(await in_memory())

    assert await auditor.hear(audit_request()) == []
    assert auditor.bell.alarms == []
    assert (await auditor.report()).clean


@in_loop
async def test_what_a_backfill_mends_is_asked_for_once_a_billing_period() -> None:
    auditor = Auditor(await damaged())

    may, june = await auditor.hear(audit_request())

    assert (may.data.first_day, may.data.last_day) == (FIRST, FIRST)
    assert (june.data.first_day, june.data.last_day) == (DAY, LAST)
    assert june.data.reason == f"audit: object-gone on {DAY}, {LAST}"
    assert (june.data.requested_by, june.data.notify) == ("daybook.auditor", False)
    assert auditor.bell.alarms == [], "the repair is under way, and nobody need do anything"


@in_loop
async def test_days_that_never_ran_do_not_hold_up_the_repair_of_others() -> None:
    """An export that does not reach them yet makes their backfill wait."""
    world = await damaged()
    later = Auditor(world, later=timedelta(days=2))

    asked = [wish.data for wish in await later.hear(audit_request())]

    never = [LAST + timedelta(days=1), LAST + timedelta(days=2)]
    days = [(each.first_day, each.last_day) for each in asked]
    assert days == [(FIRST, FIRST), (DAY, LAST), (never[0], never[1])]


@in_loop
async def test_the_same_message_again_says_the_same_words() -> None:
    world = await damaged()

    first = [wish.id for wish in await Auditor(world).hear(audit_request())]
    again = await Auditor(world).hear(audit_request())

    assert first == [wish.id for wish in again]


@in_loop
async def test_whoever_wants_no_repairs_gets_none() -> None:
    request = audit_request()
    data = request.model_dump(mode="json") | {"data": {"full": True, "repair": False}}

    assert await Auditor(await damaged()).hear(type(request).model_validate(data)) == []


@in_loop
async def test_the_rest_is_one_alarm_that_says_what_for_which_day_and_what_to_type() -> None:
    world = await damaged()
    world.ingested["set"] = Ingestion("one", "FAILED")
    await world.store.put("ou-breakdowns/year=2026/month=6/day=4/copy.parquet", b"")
    auditor = Auditor(world)
    await auditor.hear(audit_request(full=False))

    ((subject, text),) = auditor.bell.alarms
    assert subject == "Daybook: the audit has 2 findings of 2026-06-04 for you"
    assert "second-object: 2026-06-04: ou-breakdowns/year=2026/month=6/day=4/copy.parquet" in text
    assert "aws s3 rm s3://archive/ou-breakdowns/year=2026/month=6/day=4/copy.parquet" in text
    assert "aws quicksight create-ingestion" in text
    assert "Backfills, 2 of them, mend what else was found." in text


@in_loop
async def test_a_repair_that_did_not_help_is_told_and_asked_for_again() -> None:
    world = await damaged()
    await Auditor(world).hear(audit_request())
    next_day = Auditor(world, later=timedelta(days=1))

    wishes = await next_day.hear(audit_request(number=2))

    assert [wish.data.last_day for wish in wishes[:2]] == [FIRST, LAST]
    ((subject, text),) = next_day.bell.alarms
    assert subject == "Daybook: the audit has 3 findings for you"
    assert text.count("A backfill was asked for before and did not mend it.") == 3


@in_loop
async def test_its_own_repeat_does_not_count_as_a_repair_that_did_not_help() -> None:
    world = await damaged()
    await Auditor(world).hear(audit_request())
    repeat = Auditor(world, later=timedelta(days=1))
    await repeat.hear(audit_request())

    assert repeat.bell.alarms == []


@in_loop
async def test_a_repair_that_may_still_be_under_way_is_waited_for() -> None:
    world = await damaged()
    await Auditor(world).hear(audit_request())
    soon = Auditor(world, later=timedelta(hours=2))
    await soon.hear(audit_request(number=2))

    assert soon.bell.alarms == []


@in_loop
async def test_what_was_mended_is_forgotten() -> None:
    world = await damaged()
    await Auditor(world).hear(audit_request())
    whole = await in_memory()
    world.store.versions.update(
        {breakdown_key(d): whole.store.versions[breakdown_key(d)] for d in (FIRST, DAY, LAST)}
    )
    second = Auditor(world, later=timedelta(hours=4))
    await second.hear(audit_request(number=2))
    del world.store.versions[breakdown_key(DAY)]
    third = Auditor(world, later=timedelta(hours=8))
    await third.hear(audit_request(number=3, full=False))

    assert (await second.report()).asked_before == ()
    assert not any("did not mend" in text for _, text in third.bell.alarms)


@in_loop
async def test_what_only_a_full_audit_sees_is_told_by_the_second() -> None:
    """The light audits between the two write over the report of the first."""
    world = await in_memory()
    world.rows[DAY] += 1
    await Auditor(world).hear(audit_request())
    for number in range(2, 8):
        light = Auditor(world, later=timedelta(days=number - 1))
        await light.hear(audit_request(full=False, number=number))
        assert not any("rows-by-query" in text for _, text in light.bell.alarms)
    second = Auditor(world, later=timedelta(days=7))
    await second.hear(audit_request(number=8))
    repeat = Auditor(world, later=timedelta(days=7, hours=1))
    await repeat.hear(audit_request(number=8))

    for auditor in (second, repeat):
        ((_, text),) = auditor.bell.alarms
        (line,) = [each for each in text.split("\n\n") if each.startswith("rows-by-query")]
        assert line.startswith(f"rows-by-query: {DAY}: ")
        assert line.endswith("A backfill was asked for before and did not mend it.")


@in_loop
async def test_what_a_full_audit_no_longer_sees_is_not_handed_on() -> None:
    world = await in_memory()
    world.rows[DAY] += 1
    await Auditor(world).hear(audit_request())
    world.rows[DAY] -= 1
    mended = Auditor(world, later=timedelta(days=1))
    await mended.hear(audit_request(number=2))
    light = Auditor(world, later=timedelta(days=2))
    await light.hear(audit_request(full=False, number=3))

    assert (await light.report()).unseen == ()


@pytest.mark.parametrize(("queue", "waits"), [("daybook-archiver", True), ("daybook-query", False)])
@in_loop
async def test_a_run_that_is_under_way_is_waited_for(queue: str, waits: bool) -> None:
    world = await in_memory()
    world.queued = [Queue(queue, 0, in_hand=1)]
    auditor = Auditor(world)
    request = audit_request().model_copy(update={"time": moment_after(LAST)})

    if waits:
        with pytest.raises(Wait, match="a run is under way"):
            await auditor.hear(request)
        assert await world.store.get(LATEST_AUDIT) is None
    else:
        assert await auditor.hear(request) == []


@in_loop
async def test_a_run_that_never_ends_is_not_waited_for_until_the_alarm_rings() -> None:
    world = await in_memory()
    world.queued = [Queue("daybook-archiver", 1)]
    request = audit_request().model_copy(
        update={"time": moment_after(LAST) - timedelta(minutes=91)}
    )

    assert await Auditor(world).hear(request) == []


@in_loop
async def test_each_audit_counts_whatever_it_found() -> None:
    with structlog.testing.capture_logs() as logs:
        await Auditor(await damaged()).hear(audit_request())

    (metric,) = [line for line in logs if line["event"] == "metric"]
    assert metric["Audited"] == 1
    assert metric["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"]]


@in_loop
async def test_another_event_is_refused() -> None:
    with pytest.raises(Reject, match="does not hear day-ready"):
        await Auditor(await in_memory()).hear(tick())


@in_loop
async def test_a_report_is_json_that_reads_back() -> None:
    world = await in_memory()
    del world.store.versions[day_record_key(DAY)]
    auditor = Auditor(world)
    await auditor.hear(audit_request(full=False))

    report = await auditor.report()

    assert report.at == datetime(2026, 6, 10, 15, 30, tzinfo=UTC)
    assert json.loads(report.model_dump_json())["findings"][0]["kind"] == "ledger-gone"
