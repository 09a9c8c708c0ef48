"""An archive whose keys have leading zeros is told of as the adoption does: nothing is removed."""

from datetime import date

import pytest

from daybook.adopt.archive import Adoption
from services.auditor.checks.padded import padded_day
from shared.days import days_between
from shared.errors import InputError
from shared.locations import breakdown_key
from shared.memory import MemoryStore
from tests.support.audited import MemoryAround, audited, clean_world, look_at
from tests.support.units.adopted import old_day, old_key
from tests.support.units.aio import in_loop

DAYS = list(days_between(date(2026, 6, 1), date(2026, 6, 8)))


@pytest.fixture
def world() -> MemoryAround:
    return clean_world()


def zeros(day: date) -> str:
    return f"ou-breakdowns/year={day:%Y}/month={day:%m}/day={day:%d}/data.parquet"


@in_loop
async def test_each_is_to_be_moved_and_then_adopted() -> None:
    store = MemoryStore(bucket="archive")
    for day in DAYS:
        await store.put(zeros(day), old_day(day))

    world = MemoryAround(store, {"ou_breakdown": {}, "ou_outlook": {}})
    found = (await audited(look_at(world))).findings

    assert [(each.kind, each.day) for each in found] == [("stray-object", day) for day in DAYS]
    assert not any("aws s3 rm" in each.remedy or each.repairable for each in found)
    assert found[0].remedy.startswith("Move it to ou-breakdowns/year=2026/month=6/day=1/ (no")
    for day in DAYS:
        await store.put(old_key(day), store.versions.pop(zeros(day))[-1].body)
    assert (await Adoption(store, "EUR", lambda _: None).plan()).every_day == DAYS


@in_loop
async def test_the_adoption_says_the_same() -> None:
    store = MemoryStore()
    await store.put(zeros(DAYS[0]), old_day(DAYS[0]))

    with pytest.raises(InputError, match=r"Move it to .* \(no leading zeros\)"):
        await Adoption(store, "EUR", lambda _: None).plan()


@in_loop
async def test_one_of_a_day_that_is_there_is_to_be_moved_away(world: MemoryAround) -> None:
    held = world.store.versions[breakdown_key(DAYS[0])][-1]
    await world.store.put(zeros(DAYS[0]), held.body)

    (finding,) = (await audited(look_at(world), full=False)).findings

    assert (finding.kind, finding.day) == ("stray-object", DAYS[0])
    assert finding.remedy.startswith("Move it out of ou-breakdowns/, for the day is in its place")


@pytest.mark.parametrize("place", ["notes.txt", "year=2026/month=13/day=01/x", "year=2026/x"])
def test_other_keys_are_of_no_day(place: str) -> None:
    assert padded_day(f"ou-breakdowns/{place}") is None
