"""What the audit decides about the outlooks: missing, unreadable, of another shape."""

import pyarrow as pa
import pytest

from shared.locations import outlook_key
from shared.parquet import to_parquet
from tests.support.audited import LAST, MemoryAround, audited, clean_world, found_in, look_at
from tests.support.units.aio import in_loop


@pytest.fixture
def world() -> MemoryAround:
    return clean_world()


@in_loop
async def test_a_month_without_any_outlook_is_found(world: MemoryAround) -> None:
    world.forget("ou-outlook/")
    world.tables["ou_outlook"].clear()

    assert await found_in(world) == [
        ("outlook-gone", "2026-05-31"),
        ("outlook-gone", str(LAST)),
    ]


@in_loop
async def test_an_outlook_that_is_missing_altogether_is_no_sum(world: MemoryAround) -> None:
    """Without its newest outlook a month is judged by the one before, of the days until then."""
    world.store.versions.pop(outlook_key(LAST))

    assert await found_in(world) == [("outlook-gone", str(LAST))]


@pytest.mark.parametrize("full", [False, True])
@in_loop
async def test_an_outlook_that_cannot_be_read_is_a_finding_and_not_the_end_of_the_audit(
    world: MemoryAround, *, full: bool
) -> None:
    await world.store.put(outlook_key(LAST), b"PAR1 garbage")

    (finding,) = (await audited(look_at(world), full=full)).findings

    assert (finding.kind, finding.day, finding.repairable) == ("outlook-stale", LAST, True)
    assert finding.found.startswith("the month's outlook cannot be read: ")


@in_loop
async def test_an_outlook_of_other_columns_cannot_be_read_either(world: MemoryAround) -> None:
    await world.store.put(outlook_key(LAST), to_parquet(pa.table({"notes": ["mine"]})))

    assert await found_in(world) == [("outlook-stale", str(LAST))]
