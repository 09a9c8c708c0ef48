"""Days of which nothing is left in ledger and archive are seen by whatever else names them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from services.notifier.sending.claim import claim_name
from shared.config_parts import Gap
from shared.day_record import PeriodRecord
from shared.days import ONE_DAY, Period, days_between
from shared.locations import (
    breakdown_key,
    day_record_key,
    digest_claim_key,
    outlook_key,
    period_record_key,
)
from tests.support.audited import (
    FIRST,
    LAST,
    RECIPIENTS,
    MemoryAround,
    audited,
    in_memory,
    kinds,
    look_at,
)
from tests.support.units.aio import in_loop

DAY = date(2026, 6, 3)
GAP = Gap(first_day=DAY, last_day=DAY, reason="the export began later")
MAY = list(days_between(FIRST, date(2026, 5, 31)))


def lose(world: MemoryAround, *days: date) -> None:
    """Remove what ledger and archive have of days."""
    for day in days:
        world.forget(breakdown_key(day))
        world.forget(day_record_key(day))


def lose_partitions(world: MemoryAround, *days: date) -> None:
    for table in world.tables.values():
        for day in days:
            table.pop((str(day.year), str(day.month), str(day.day)), None)


def lose_claims(world: MemoryAround, *days: date) -> None:
    for day in days:
        world.forget(digest_claim_key(claim_name(day, "daily", RECIPIENTS)))


def lose_outlooks(world: MemoryAround, *days: date) -> None:
    for day in days:
        world.forget(outlook_key(day))


async def found_in(world: MemoryAround) -> list[tuple[str, str]]:
    return kinds(await audited(look_at(world), full=False))


def never(*days: date) -> list[tuple[str, str]]:
    return [("day-never-run", str(day)) for day in days]


@pytest.mark.parametrize("lost", [[FIRST], MAY, [DAY]], ids=["first", "month", "middle"])
@in_loop
async def test_lost_days_are_said_once_and_their_partitions_stay(lost: list[date]) -> None:
    world = await in_memory()
    lose(world, *lost)

    report = await audited(look_at(world), full=False)

    assert kinds(report) == never(*lost)
    assert (report.first, report.days) == (FIRST, 11)
    assert all(each.repairable for each in report.findings)


@pytest.mark.parametrize(
    "also",
    [
        (lose_partitions, lose_claims),
        (lose_partitions, lose_outlooks),
        (lose_claims, lose_outlooks),
    ],
    ids=["outlook", "claim", "partition"],
)
@in_loop
async def test_one_trace_of_the_first_day_is_enough(
    also: tuple[Callable[..., None], ...],
) -> None:
    world = await in_memory()
    (outlook,) = world.store.versions[outlook_key(MAY[-1])]
    await world.store.put(outlook_key(FIRST), outlook.body)
    lose(world, FIRST)
    for each in also:
        each(world, FIRST)

    assert never(FIRST)[0] in await found_in(world)


@pytest.mark.parametrize("through", [None, MAY[-1]])
@in_loop
async def test_of_a_month_that_only_its_record_is_left_of_the_last_whole_day_is_missed(
    through: date | None,
) -> None:
    """Which days came before is not known then; a month that held no whole day may have none."""
    world = await in_memory()
    for each in (lose, lose_partitions, lose_claims, lose_outlooks):
        each(world, *MAY)
    assert world.deliveries is not None
    world.deliveries[Period(2026, 5)] += timedelta(days=90)
    world.forget("staging/")
    key = period_record_key(Period(2026, 5))
    (held,) = world.store.versions[key]
    record = PeriodRecord.model_validate_json(held.body)
    record = record.model_copy(update={"complete_through": through})
    await world.store.put(key, record.model_dump_json().encode())

    assert await found_in(world) == (never(through) if through else [])


@in_loop
async def test_a_month_that_began_late_is_clean() -> None:
    """Its period record names the month, and its first days were never delivered."""
    world = await in_memory(date(2026, 6, 5), LAST)

    assert await world.store.get(period_record_key(Period(2026, 6)))
    assert await found_in(world) == []


@in_loop
async def test_a_partition_that_is_not_daybooks_is_no_trace_of_a_day() -> None:
    world = await in_memory()
    world.tables["ou_breakdown"]["2019", "1", "1"] = "s3://elsewhere/x"

    assert await found_in(world) == [("partition-empty", "2019-01-01")]


@pytest.mark.parametrize("more", [(), ("ou-outlook/",)], ids=["outlooks left", "all lost"])
@in_loop
async def test_an_archive_that_is_lost_is_all_of_its_days(more: tuple[str, ...]) -> None:
    world = await in_memory()
    for prefix in ("ou-breakdowns/", "ledger/days/", *more):
        world.forget(prefix)

    assert await found_in(world) == never(*days_between(FIRST, LAST))


@in_loop
async def test_outlooks_alone_are_no_end_of_the_audit() -> None:
    world = await in_memory()
    days = list(days_between(FIRST, LAST + ONE_DAY))
    lose(world, *days)
    lose_partitions(world, *days)
    lose_claims(world, *days)

    assert set(never(*days_between(MAY[-1], LAST))) <= set(await found_in(world))


@in_loop
async def test_days_that_were_given_up_are_not_asked_for_and_their_partition_is_to_go() -> None:
    world = await in_memory()
    lose(world, DAY)
    given_up = replace(look_at(world), gaps=(GAP,))

    report = await audited(given_up, full=False)
    assert kinds(report) == [("partition-empty", str(DAY))]
    assert report.days == len(list(days_between(FIRST, LAST))) - 1

    lose_partitions(world, DAY)
    assert kinds(await audited(given_up, full=False)) == []


@in_loop
async def test_a_day_that_was_given_up_and_came_back_counts_as_any_other() -> None:
    world = await in_memory()
    world.forget(breakdown_key(DAY))

    report = await audited(replace(look_at(world), gaps=(GAP,)), full=False)

    assert kinds(report) == [("object-gone", str(DAY))]


def test_days_are_given_up_from_the_first_to_the_last() -> None:
    assert GAP.has(DAY)
    assert not GAP.has(DAY - ONE_DAY)
    assert not GAP.has(DAY + ONE_DAY)
    with pytest.raises(ValidationError, match="is before first_day"):
        Gap(first_day=DAY, last_day=DAY - ONE_DAY, reason="the export began later")
