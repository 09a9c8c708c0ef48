"""A full audit ends with its report, whatever stands in the way of the count."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from services.auditor.around import Counter
from services.auditor.counting import Uncounted
from services.auditor.embedded import EmbeddedCounter
from services.auditor.listed import Values
from services.auditor.look import Look
from shared.locations import breakdown_key
from tests.support.audited import MemoryAround, audited, in_memory, kinds, look_at
from tests.support.units.aio import in_loop

DAY = date(2026, 6, 3)


def counting(world: MemoryAround, counter: Counter | None = None) -> Look:
    """Return a look whose rows the embedded engine counts, or another."""
    look = look_at(world)
    counter = counter or EmbeddedCounter(world.store)
    return replace(look, around=replace(look.around, counter=counter))


@in_loop
async def test_the_embedded_engine_counts_a_clean_archive_clean() -> None:
    assert (await audited(counting(await in_memory()))).clean


@in_loop
async def test_a_day_that_cannot_be_read_is_all_that_is_found() -> None:
    world = await in_memory()
    held = await world.store.get(breakdown_key(DAY))
    assert held
    await world.store.put(held.key, held.body[:50], metadata=held.metadata)

    found = await audited(counting(world))

    assert {each.kind for each in found.findings} == {"object-altered"}
    assert {each.day for each in found.findings} == {DAY}


@in_loop
async def test_a_partition_that_points_nowhere_is_all_that_is_found() -> None:
    world = await in_memory()
    world.tables["ou_breakdown"]["2026", "6", "3"] = ""

    assert kinds(await audited(counting(world))) == [("partition-elsewhere", str(DAY))]


@in_loop
async def test_days_beside_one_that_cannot_be_read_are_counted() -> None:
    world = await in_memory()
    await world.store.put(breakdown_key(DAY), b"PAR1 garbage")

    rows = await EmbeddedCounter(world.store).rows_by_day(world.tables["ou_breakdown"])

    assert rows == {day: count for day, count in world.rows.items() if day != DAY}


@in_loop
async def test_without_a_count_the_rest_is_reported_and_people_are_told_why() -> None:
    class NoCount:
        async def rows_by_day(self, _: Mapping[Values, str]) -> Mapping[date, int]:
            raise Uncounted("the query ended FAILED: HIVE_BAD_DATA")

    world = await in_memory()
    world.forget(breakdown_key(DAY))

    report = await audited(counting(world, NoCount()))

    assert kinds(report) == [("object-gone", str(DAY)), ("rows-uncounted", "")]
    (told,) = report.for_people
    assert told.found.endswith("could not be counted: the query ended FAILED: HIVE_BAD_DATA")
    assert "daybook audit --full" in told.remedy
