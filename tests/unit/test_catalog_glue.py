"""Partitions in the Glue Data Catalog."""

from datetime import date, timedelta

import pytest

from services.catalog.glue import BATCH, GluePartitions
from shared.errors import Conflict
from tests.support.units.aio import in_loop
from tests.support.units.catalogs import FakeGlue
from tests.support.units.rows import DAY

PLACE = "s3://archive/ou-breakdowns/year=2026/month=3/day=16/"
VALUES = ("2026", "3", "16")


async def ensured(glue: FakeGlue, *days: date) -> int:
    return await GluePartitions(glue, "finops_db").ensure("ou_breakdown", days)


@in_loop
async def test_a_missing_partition_is_made_where_the_day_lies() -> None:
    glue = FakeGlue()

    assert await ensured(glue, DAY) == 1

    assert glue.known == {VALUES: PLACE}


@pytest.mark.parametrize("location", ["s3://archive/ou-breakdowns", "s3://archive/ou-breakdowns/"])
@in_loop
async def test_the_tables_location_may_or_may_not_end_with_a_slash(location: str) -> None:
    glue = FakeGlue(location)

    await ensured(glue, DAY)

    assert glue.known == {VALUES: PLACE}


@in_loop
async def test_a_partition_that_says_the_same_is_left_alone() -> None:
    glue = FakeGlue(known={VALUES: PLACE})

    assert await ensured(glue, DAY) == 0

    assert glue.batches == []


@in_loop
async def test_a_partition_at_another_place_is_moved() -> None:
    glue = FakeGlue(known={VALUES: "s3://elsewhere/day/"})

    assert await ensured(glue, DAY) == 1

    assert glue.known == {VALUES: PLACE}
    assert glue.batches == [("update", 1)]


@in_loop
async def test_no_days_need_no_call() -> None:
    glue = FakeGlue()

    assert await ensured(glue) == 0

    assert glue.expressions == []


@in_loop
async def test_only_the_months_of_the_days_are_looked_at() -> None:
    glue = FakeGlue()

    await ensured(glue, date(2026, 2, 28), date(2026, 3, 1), DAY)

    assert glue.expressions == ["year = 2026 AND month = 2", "year = 2026 AND month = 3"]


@in_loop
async def test_many_partitions_are_made_in_batches() -> None:
    glue = FakeGlue()
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(2 * BATCH + 1)]

    assert await ensured(glue, *days) == len(days)

    assert glue.batches == [("create", BATCH), ("create", BATCH), ("create", 1)]


@in_loop
async def test_a_partition_that_somebody_else_made_meanwhile_is_fine() -> None:
    glue = FakeGlue(errors=["AlreadyExistsException"])

    assert await ensured(glue, DAY) == 1


@pytest.mark.parametrize(
    "codes",
    [["InternalServiceException"], ["AlreadyExistsException", "ResourceNumberLimitExceeded"]],
)
@in_loop
async def test_an_entry_that_glue_refuses_in_a_good_answer_is_a_failure(codes: list[str]) -> None:
    with pytest.raises(Conflict, match=codes[-1]):
        await ensured(FakeGlue(errors=codes), DAY)


@in_loop
async def test_a_move_that_glue_refuses_is_a_failure() -> None:
    glue = FakeGlue(known={VALUES: "s3://elsewhere/"}, errors=["AlreadyExistsException"])

    with pytest.raises(Conflict):
        await ensured(glue, DAY)
