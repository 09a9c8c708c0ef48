"""What the audit decides, over archives in memory that the shipped workers made."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from daybook.cli import COMMANDS
from services.auditor.listed import Ingestion, Queue
from services.notifier.sending.claim import claim_name
from shared.days import ONE_DAY, Period
from shared.digest_claim import ClaimState
from shared.locations import day_record_key, digest_claim_key, period_record_key
from shared.memory import MemoryStore
from tests.support.audited import (
    FIRST,
    LAST,
    RECIPIENTS,
    MemoryAround,
    audited,
    claim,
    clean_world,
    found_in,
    in_memory,
    kinds,
    look_at,
    moment_after,
)
from tests.support.units.aio import in_loop

DAY = date(2026, 6, 3)


@pytest.fixture
def world() -> MemoryAround:
    return clean_world()


@in_loop
async def test_four_hundred_clean_days_raise_no_alarm() -> None:
    last = date(2026, 7, 5)
    world = await in_memory(last - 399 * ONE_DAY, last)

    light = await audited(look_at(world, last), full=False)
    full = await audited(look_at(world, last))

    assert (light.days, light.findings) == (400, ())
    assert (full.days, full.findings) == (400, ())


@in_loop
async def test_an_archive_that_is_empty_has_nothing_to_find() -> None:
    world = MemoryAround(MemoryStore(), {"ou_breakdown": {}, "ou_outlook": {}})

    report = await audited(look_at(world))

    assert (report.findings, report.days, report.first) == ((), 0, None)


@in_loop
async def test_other_rows_than_a_query_counts_are_found_where_nothing_else_says_why(
    world: MemoryAround,
) -> None:
    world.rows[DAY] += 1

    assert await found_in(world, full=True) == [("rows-by-query", str(DAY))]


@in_loop
async def test_what_explains_the_count_is_told_and_the_count_is_not(world: MemoryAround) -> None:
    del world.tables["ou_breakdown"]["2026", "6", "3"]
    del world.rows[DAY]

    assert await found_in(world, full=True) == [("partition-gone", str(DAY))]


@in_loop
async def test_a_month_that_aws_delivered_anew_after_it_was_closed_is_found(
    world: MemoryAround,
) -> None:
    """Ticks read this month and the one before; only the audit looks at older ones."""
    world.forget("staging/")
    later = replace(look_at(world), now=lambda: datetime.fromisoformat("2026-08-02T15:30:00Z"))
    assert world.deliveries is not None
    quiet = kinds(await audited(later, full=False, through=LAST))
    world.deliveries[Period(2026, 6)] += timedelta(days=9)

    assert quiet == []
    report = await audited(later, full=False, through=LAST)
    assert kinds(report) == [("export-newer", str(LAST))]
    assert report.findings[0].repairable


@in_loop
async def test_this_months_deliveries_are_the_ticks_business(world: MemoryAround) -> None:
    assert world.deliveries is not None
    world.deliveries[Period(2026, 6)] += timedelta(days=9)
    world.deliveries[Period(2026, 5)] += timedelta(days=9)

    assert await found_in(world) == []


@pytest.mark.parametrize("table", ["ou_breakdown", "ou_outlook"])
@pytest.mark.parametrize("elsewhere", [False, True])
@in_loop
async def test_a_partition_that_no_scan_can_mend_is_registered_by_hand(
    world: MemoryAround, table: str, elsewhere: bool
) -> None:
    """The object is there: neither an earlier version of it is needed, nor the month anew."""
    assert world.deliveries is not None
    del world.deliveries[Period(2026, 5)]
    day = ("2026", "5", "31")
    if elsewhere:
        world.tables[table][day] = "s3://archive/elsewhere/"
    else:
        del world.tables[table][day]

    (finding,) = (await audited(look_at(world), full=False)).findings

    assert finding.kind == ("partition-elsewhere" if elsewhere else "partition-gone")
    assert (str(finding.day), finding.repairable) == ("2026-05-31", False)
    assert finding.remedy.startswith("daybook adopt --yes")


@in_loop
async def test_where_the_export_cannot_be_listed_repairs_are_tried(world: MemoryAround) -> None:
    world.deliveries = None
    del world.store.versions[day_record_key(DAY)]

    (finding,) = (await audited(look_at(world), full=False)).findings

    assert finding.repairable


@pytest.mark.parametrize("state", [None, ClaimState.FREE])
@in_loop
async def test_a_digest_of_the_last_week_that_nobody_sent_is_missed(
    world: MemoryAround, state: ClaimState | None
) -> None:
    del world.store.versions[digest_claim_key(claim_name(DAY, "daily", RECIPIENTS))]
    if state:
        await claim(world.store, DAY, state)

    assert await found_in(world) == [("digest-missing", str(DAY))]


@in_loop
async def test_a_digest_that_is_older_than_a_week_is_not_missed(world: MemoryAround) -> None:
    del world.store.versions[digest_claim_key(claim_name(FIRST, "daily", RECIPIENTS))]

    assert await found_in(world) == []


@in_loop
async def test_days_before_the_first_digest_had_none(world: MemoryAround) -> None:
    for day in (DAY - ONE_DAY, *[FIRST + n * ONE_DAY for n in range(4)]):
        world.store.versions.pop(digest_claim_key(claim_name(day, "daily", RECIPIENTS)))

    assert DAY - ONE_DAY == FIRST + 4 * ONE_DAY
    assert await found_in(world) == []


@in_loop
async def test_a_day_whose_tick_still_waits_is_not_asked_for_again(world: MemoryAround) -> None:
    late = LAST + ONE_DAY
    await claim(world.store, late, ClaimState.SENT, kind="delayed")

    (finding,) = (await audited(look_at(world), full=False, through=late)).findings

    assert (finding.kind, finding.day, finding.repairable) == ("day-never-run", late, False)
    assert "still waits" in finding.found


@in_loop
async def test_what_was_staged_and_never_archived_is_found(world: MemoryAround) -> None:
    (record,) = world.store.versions[period_record_key(Period(2026, 6))][-1:]
    old = record.body.replace(b"20260702", b"20260602")
    world.store.versions[period_record_key(Period(2026, 6))] = [replace(record, body=old)]

    assert ("staged-not-archived", str(LAST)) in await found_in(world)


@in_loop
async def test_staged_objects_that_did_not_expire_are_found(world: MemoryAround) -> None:
    later = replace(look_at(world), now=lambda: moment_after(LAST) + timedelta(days=19))

    report = await audited(later, full=False, through=LAST)

    (left,) = [each for each in report.findings if each.kind == "staging-left"]
    assert "staging/ has to expire after 15 days" in left.remedy


@in_loop
async def test_a_document_of_the_ledger_that_is_none_is_found(world: MemoryAround) -> None:
    key = period_record_key(Period(2026, 6))
    world.store.versions[key] = [replace(world.store.versions[key][-1], body=b"{")]

    report = await audited(look_at(world), full=False)

    assert ("ledger-unreadable", "") in kinds(report)
    assert any(key in finding.remedy for finding in report.findings)


@in_loop
async def test_what_people_are_told_names_its_day_and_a_command(world: MemoryAround) -> None:
    assert world.deliveries is not None
    del world.deliveries[Period(2026, 5)]
    del world.store.versions[day_record_key(FIRST)]
    for key in (day_record_key(DAY), "ou-breakdowns/year=2026/month=6/day=4/copy.parquet"):
        await world.store.put(key, b"{")
    world.tables["ou_breakdown"]["2027", "1", "1"] = "s3://archive/ou-breakdowns/x"

    told = (await audited(look_at(world), full=False)).for_people

    kinds_told = {"ledger-gone", "ledger-unreadable", "second-object", "partition-empty"}
    assert {each.kind for each in told} == kinds_told
    assert all(each.day and "daybook " in each.remedy for each in told)


@in_loop
async def test_partitions_of_nothing_are_found(world: MemoryAround) -> None:
    world.tables["ou_breakdown"]["2027", "1", "1"] = "s3://archive/ou-breakdowns/x"
    world.tables["ou_outlook"]["2026", "6", "2"] = "s3://archive/ou-outlook/x"

    assert await found_in(world) == [
        ("partition-empty", "2027-01-01"),
        ("outlook-gone", "2026-06-02"),
    ]


@in_loop
async def test_what_lies_in_no_days_place_is_found(world: MemoryAround) -> None:
    await world.store.put("ou-breakdowns/notes.txt", b"mine")

    assert await found_in(world) == [("second-object", "")]


@in_loop
async def test_folders_that_the_console_made_are_nothing(world: MemoryAround) -> None:
    for folder in ("ou-breakdowns/", "ou-breakdowns/year=2026/month=6/day=3/", "ledger/days/"):
        await world.store.put(folder, b"")

    assert await found_in(world, full=True) == []


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("FAILED", [("refresh-failed", "")]),
        ("CANCELLED", [("refresh-failed", "")]),
        ("RUNNING", []),
    ],
)
@in_loop
async def test_only_a_refresh_that_ended_badly_is_found(
    world: MemoryAround, status: str, expected: list[tuple[str, str]]
) -> None:
    world.ingested["set"] = Ingestion("one", status)

    assert await found_in(world) == expected


@in_loop
async def test_a_message_in_a_dead_letter_queue_is_found_even_in_somebodys_hands(
    world: MemoryAround,
) -> None:
    world.queued = [Queue("daybook-query-dlq", 0, in_hand=1), Queue("daybook-archiver", 3)]

    assert await found_in(world) == [("dead-letters", "")]


@in_loop
async def test_what_a_remedy_says_to_type_is_a_command_that_there_is(world: MemoryAround) -> None:
    del world.store.versions[day_record_key(DAY)]
    del world.store.versions[digest_claim_key(claim_name(LAST, "daily", RECIPIENTS))]
    await claim(world.store, DAY, ClaimState.UNKNOWN)

    remedies = [each.remedy for each in (await audited(look_at(world), full=False)).findings]

    assert len(remedies) == 3
    for remedy in remedies:
        command = remedy.partition("daybook ")[2].split()[0]
        assert command in COMMANDS, remedy
