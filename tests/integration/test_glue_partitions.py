"""The catalog worker's partitions in the emulated Glue. Never SELECT: Athena here sees anything."""

from datetime import date, timedelta
from typing import Any

import pytest

from daybook.local.provision import Provisioned
from services.catalog.glue import GluePartitions
from shared.aws import clients
from shared.days import days_between
from shared.topology import load_topology
from tests.support.cloud import Cloud
from tests.support.looped import Loop

TOPOLOGY = load_topology()
TABLE = "ou_breakdown"
NEW_YEAR = [date(2025, 12, 30) + timedelta(days=n) for n in range(4)]
PLACE = f"s3://{TOPOLOGY.archive_bucket.name}/ou-breakdowns/year=2026/month=6/day=1/"
DAY = date(2026, 6, 1)


@pytest.fixture
def partitions(loop: Loop, provisioned: Provisioned) -> GluePartitions:
    assert provisioned.bucket == TOPOLOGY.archive_bucket.name
    (client,) = loop.enter(clients("glue"))
    return GluePartitions(client, TOPOLOGY.database)


@pytest.fixture
def glue(cloud: Cloud, partitions: GluePartitions) -> Any:
    assert partitions
    return cloud.client("glue")


def partition(glue: Any, day: date, table: str = TABLE) -> dict[str, Any]:
    values = [str(day.year), str(day.month), str(day.day)]
    answer = glue.get_partition(
        DatabaseName=TOPOLOGY.database, TableName=table, PartitionValues=values
    )
    return dict(answer["Partition"])


def count(glue: Any, table: str = TABLE) -> int:
    pages = glue.get_paginator("get_partitions").paginate(
        DatabaseName=TOPOLOGY.database, TableName=table
    )
    return sum(len(page["Partitions"]) for page in pages)


def test_each_day_is_registered_where_its_object_is(
    loop: Loop, partitions: GluePartitions, glue: Any
) -> None:
    assert loop(partitions.ensure(TABLE, NEW_YEAR)) == 4
    for day in NEW_YEAR:
        place = f"ou-breakdowns/year={day.year}/month={day.month}/day={day.day}/"
        location = partition(glue, day)["StorageDescriptor"]["Location"]
        assert location == f"s3://{TOPOLOGY.archive_bucket.name}/{place}"
    assert count(glue) == 4


def test_a_partition_reads_as_its_table_does(
    loop: Loop, partitions: GluePartitions, glue: Any
) -> None:
    loop(partitions.ensure(TABLE, [DAY]))
    table = glue.get_table(DatabaseName=TOPOLOGY.database, Name=TABLE)["Table"]
    own, whole = partition(glue, DAY)["StorageDescriptor"], table["StorageDescriptor"]

    assert own | {"Location": ""} == whole | {"Location": ""}


def test_a_table_is_registered_apart_from_the_other(
    loop: Loop, partitions: GluePartitions, glue: Any
) -> None:
    loop(partitions.ensure("ou_outlook", [DAY]))
    location = partition(glue, DAY, "ou_outlook")["StorageDescriptor"]["Location"]

    assert location == PLACE.replace("ou-breakdowns", "ou-outlook")
    assert count(glue) == 0


def test_no_days_need_no_table(loop: Loop, partitions: GluePartitions) -> None:
    assert loop(partitions.ensure("no_such_table", [])) == 0


def test_a_table_that_is_not_there_is_an_error(
    loop: Loop, partitions: GluePartitions, glue: Any
) -> None:
    with pytest.raises(Exception, match="EntityNotFoundException"):
        loop(partitions.ensure("no_such_table", [DAY]))
    assert count(glue) == 0


def test_registering_again_changes_nothing(
    loop: Loop, partitions: GluePartitions, glue: Any
) -> None:
    loop(partitions.ensure(TABLE, NEW_YEAR))

    assert loop(partitions.ensure(TABLE, NEW_YEAR)) == 0
    assert loop(partitions.ensure(TABLE, [*NEW_YEAR, DAY])) == 1
    assert count(glue) == 5


def test_the_same_day_twice_is_one_partition(
    loop: Loop, partitions: GluePartitions, glue: Any
) -> None:
    assert loop(partitions.ensure(TABLE, [DAY, DAY])) == 1
    assert count(glue) == 1


def test_more_days_than_a_batch_takes_are_all_registered(
    loop: Loop, partitions: GluePartitions, glue: Any
) -> None:
    days = list(days_between(date(2025, 1, 1), date(2025, 7, 20)))

    assert len(days) == 201
    assert loop(partitions.ensure(TABLE, days)) == 201
    assert count(glue) == 201
    assert loop(partitions.ensure(TABLE, days)) == 0


def test_a_partition_that_says_another_place_is_mended_in_place(
    loop: Loop, partitions: GluePartitions, glue: Any
) -> None:
    loop(partitions.ensure(TABLE, [DAY, *NEW_YEAR]))
    stray = partition(glue, DAY)
    stray["StorageDescriptor"]["Location"] = "s3://elsewhere/"
    entry = {"Values": stray["Values"], "StorageDescriptor": stray["StorageDescriptor"]}
    glue.batch_update_partition(
        DatabaseName=TOPOLOGY.database,
        TableName=TABLE,
        Entries=[{"PartitionValueList": stray["Values"], "PartitionInput": entry}],
    )
    assert partition(glue, DAY)["StorageDescriptor"]["Location"] == "s3://elsewhere/"

    assert loop(partitions.ensure(TABLE, [DAY, *NEW_YEAR])) == 1
    assert partition(glue, DAY)["StorageDescriptor"]["Location"] == PLACE
    assert count(glue) == 5
