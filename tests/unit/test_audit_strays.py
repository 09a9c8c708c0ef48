"""One object in a wrong place is told of as just that, and is no years of lost days."""

from datetime import date

import pytest

from services.auditor.repair import alarm
from services.auditor.report import AuditReport
from shared.days import ONE_DAY, days_between
from shared.locations import BREAKDOWNS, OUTLOOKS, breakdown_key, outlook_key, partition
from tests.support.audited import (
    FIRST,
    LAST,
    MemoryAround,
    audited,
    clean_world,
    found_in,
    in_memory,
    kinds,
    look_at,
)
from tests.support.units.aio import in_loop

DAY = date(2026, 6, 3)
WRONG = [DAY.replace(year=2016), DAY.replace(year=2062)]
TOMORROW = LAST + 3 * ONE_DAY


@pytest.fixture
def world() -> MemoryAround:
    return clean_world()


async def misplace(world: MemoryAround, to: date, key: str = "") -> None:
    """Put a copy of a day's object where another day's would be."""
    held = world.store.versions[breakdown_key(DAY)][-1]
    await world.store.put(key or breakdown_key(to), held.body, metadata=held.metadata)


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("wrong", [*WRONG, TOMORROW])
@in_loop
async def test_an_object_under_a_wrong_year_is_all_that_is_found(
    world: MemoryAround, wrong: date, full: bool
) -> None:
    await misplace(world, wrong)
    world.rows[wrong] = 3

    report = await audited(look_at(world), full=full)

    assert kinds(report) == [("stray-object", str(wrong))]
    assert (report.first, report.days) == (FIRST, 11)
    assert f"aws s3 rm s3://archive/{breakdown_key(wrong)} " in report.findings[0].remedy
    assert ("daybook adopt" in report.findings[0].remedy) == (wrong.year == 2016)


@pytest.mark.parametrize("wrong", WRONG)
@in_loop
async def test_its_partition_is_no_trace_of_a_day_either(world: MemoryAround, wrong: date) -> None:
    await misplace(world, wrong)
    values = (str(wrong.year), "6", "3")
    world.tables["ou_breakdown"][values] = f"s3://archive/{BREAKDOWNS}{partition(wrong)}"

    assert await found_in(world) == [("stray-object", str(wrong))]

    world.forget(breakdown_key(wrong))
    assert await found_in(world) == [("partition-empty", str(wrong))]


@pytest.mark.parametrize("wrong", WRONG)
@in_loop
async def test_an_outlook_under_a_wrong_year_is_all_that_is_found(
    world: MemoryAround, wrong: date
) -> None:
    (held, *_) = world.store.versions[outlook_key(LAST)]
    await world.store.put(outlook_key(wrong), held.body, metadata=held.metadata)

    assert await found_in(world) == [("stray-object", str(wrong))]


@pytest.mark.parametrize(
    ("key", "day"),
    [
        (f"{OUTLOOKS}{partition(LAST)}copy.parquet", str(LAST)),
        (f"{OUTLOOKS}year=2026/month=06/day=08/x.parquet", ""),
    ],
)
@in_loop
async def test_a_second_outlook_is_found(world: MemoryAround, key: str, day: str) -> None:
    (held, *_) = world.store.versions[outlook_key(LAST)]
    await world.store.put(key, held.body)

    (finding,) = (await audited(look_at(world), full=False)).findings

    assert (finding.kind, str(finding.day or "")) == ("second-object", day)
    assert key in finding.found


@in_loop
async def test_an_archive_that_nobody_has_adopted_yet_is_no_stray() -> None:
    world = await in_memory()
    world.forget("ledger/")
    world.forget("staging/")

    found = await found_in(world)

    assert {kind for kind, _ in found} == {"ledger-gone"}
    assert len(found) == 11


async def never(world: MemoryAround, *days: date) -> AuditReport:
    """Return a report of days that the export does not hold any more, and of something else."""
    world.deliveries = {}
    world.queued[1] = type(world.queued[1])("daybook-query-dlq", 1)
    for day in days:
        world.forget(breakdown_key(day))
        world.forget(f"ledger/days/{day.isoformat()[:7]}/{day}.json")
    return await audited(look_at(world), full=False)


@in_loop
async def test_days_that_never_ran_come_last_in_the_alarm_and_in_ranges(
    world: MemoryAround,
) -> None:
    gone = [*days_between(FIRST, DAY - 2 * ONE_DAY), DAY]
    report = await never(world, *gone)

    told = alarm(report, repairs=0)

    assert told
    lines = told[1].split("\n\n")
    assert [line.partition(":")[0] for line in lines] == [
        "dead-letters",
        "day-never-run",
        "day-never-run",
    ]
    assert lines[1].startswith(f"day-never-run: {FIRST} to 2026-06-01, 4 days: neither the ledger")
    assert lines[2].startswith(f"day-never-run: {DAY}: neither")


@in_loop
async def test_a_range_that_a_backfill_did_not_mend_is_one_command(world: MemoryAround) -> None:
    report = await never(world, *days_between(FIRST, DAY))
    kept = tuple(each.model_copy(update={"repairable": True}) for each in report.findings[:-1])
    again = {"findings": kept, "asked_before": tuple(each.about for each in kept)}

    told = alarm(report.model_copy(update=again), repairs=0)

    assert told
    command = f"daybook replay {FIRST}..{DAY} --reason 'audit: day-never-run' A backfill was"
    assert command in told[1]
