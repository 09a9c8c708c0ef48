"""The catalog: tables are found, partitions made, moved and listed."""

from typing import Any

from tests.contract.conformance.aws import Aws
from tests.contract.conformance.case import Refusal, Seen, case, emulator_differs, told

STORAGE = {"Columns": [{"Name": "ou", "Type": "string"}], "Location": "s3://archive/daily/"}
DAYS = (("2026", "10", "31"), ("2026", "11", "1"), ("2026", "11", "2"))
INVALID = Refusal("InvalidInputException", "InvalidInputException", 400)
MISSING = Refusal("EntityNotFoundException", "EntityNotFoundException", 400)


def partition(values: tuple[str, ...], place: str = "s3://archive/") -> dict[str, Any]:
    """Return what makes a partition at a place."""
    return {"Values": list(values), "StorageDescriptor": STORAGE | {"Location": place}}


async def create(aws: Aws, table: dict[str, str], *inputs: dict[str, Any]) -> Seen:
    """Create partitions; return the values and codes of those refused."""
    answer = await aws.glue.batch_create_partition(**table, PartitionInputList=list(inputs))
    errors = answer.get("Errors", [])
    return [(error["PartitionValues"], error["ErrorDetail"]["ErrorCode"]) for error in errors]


async def update(aws: Aws, table: dict[str, str], *inputs: dict[str, Any]) -> Seen:
    """Move partitions; return the values and codes of those refused."""
    entries = [{"PartitionValueList": each["Values"], "PartitionInput": each} for each in inputs]
    answer = await aws.glue.batch_update_partition(**table, Entries=entries)
    errors = answer.get("Errors", [])
    return [(error["PartitionValueList"], error["ErrorDetail"]["ErrorCode"]) for error in errors]


async def places(aws: Aws, table: dict[str, str], **asked: str) -> Seen:
    """Return where the partitions are, by their values."""
    pages = aws.glue.get_paginator("get_partitions").paginate(**table, **asked)
    return {
        tuple(found["Values"]): found["StorageDescriptor"]["Location"]
        async for page in pages
        for found in page["Partitions"]
    }


@case
async def a_table_is_found_with_its_storage(aws: Aws) -> Seen:
    table = aws.table(STORAGE)
    name = table["TableName"]
    found = (await aws.glue.get_table(DatabaseName=table["DatabaseName"], Name=name))["Table"]
    return found["Name"] == name, found["StorageDescriptor"]


@case
async def a_table_is_made_once_and_is_there_until_it_is_deleted(aws: Aws) -> Seen:
    database = aws.table(STORAGE)["DatabaseName"]
    made = {"Name": "made", "TableType": "EXTERNAL_TABLE", "StorageDescriptor": STORAGE}
    first = await told(aws.glue.create_table(DatabaseName=database, TableInput=made))
    again = await told(aws.glue.create_table(DatabaseName=database, TableInput=made))
    found = (await aws.glue.get_table(DatabaseName=database, Name="made"))["Table"]
    gone = await told(aws.glue.delete_table(DatabaseName=database, Name="made"))
    looked = await told(aws.glue.get_table(DatabaseName=database, Name="made"))
    return first, again, found["StorageDescriptor"], gone, looked


@case
async def a_table_that_is_not_there_cannot_be_deleted_nor_one_made_nowhere(aws: Aws) -> Seen:
    database = aws.table(STORAGE)["DatabaseName"]
    made = {"Name": "made", "StorageDescriptor": STORAGE}
    nowhere = await told(aws.glue.create_table(DatabaseName="none", TableInput=made))
    return nowhere, await told(aws.glue.delete_table(DatabaseName=database, Name="none"))


@case
async def a_table_or_database_that_is_not_there_is_refused(aws: Aws) -> Seen:
    table = aws.table(STORAGE)
    other_table = aws.glue.get_table(DatabaseName=table["DatabaseName"], Name="none")
    other_database = aws.glue.get_table(DatabaseName="none", Name=table["TableName"])
    return await told(other_table), await told(other_database)


@case
async def a_new_table_has_no_partitions(aws: Aws) -> Seen:
    return await places(aws, aws.table(STORAGE))


@case
async def partitions_are_made_where_they_are_said_to_be(aws: Aws) -> Seen:
    table = aws.table(STORAGE)
    inputs = [partition(values, f"s3://archive/{number}/") for number, values in enumerate(DAYS)]
    return await create(aws, table, *inputs), await places(aws, table)


@case
async def a_partition_that_exists_is_an_error_inside_the_answer(aws: Aws) -> Seen:
    table = aws.table(STORAGE)
    first, second, third = (partition(values, "s3://first/") for values in DAYS)
    again = partition(DAYS[0], "s3://again/")
    made = await create(aws, table, first, second)
    return made, await create(aws, table, again, third, second), await places(aws, table)


@case
async def a_partition_moves_and_one_that_is_not_there_is_an_error_inside(aws: Aws) -> Seen:
    table = aws.table(STORAGE)
    await create(aws, table, partition(DAYS[0]), partition(DAYS[1]))
    moved = [partition(DAYS[2], "s3://none/"), partition(DAYS[0], "s3://moved/")]
    return await update(aws, table, *moved), await places(aws, table)


@emulator_differs(aws={DAYS[1]: "s3://archive/", DAYS[2]: "s3://archive/"})
async def an_expression_chooses_the_month(aws: Aws) -> Seen:
    table = aws.table(STORAGE)
    await create(aws, table, *(partition(values) for values in DAYS))
    return await places(aws, table, Expression="year = 2026 AND month = 11")


@emulator_differs(aws=INVALID)
async def an_expression_that_is_none_is_refused(aws: Aws) -> Seen:
    return await told(aws.glue.get_partitions(**aws.table(STORAGE), Expression="year ="))


@case
async def moving_in_a_table_that_is_not_there_is_refused(aws: Aws) -> Seen:
    nowhere = aws.table(STORAGE) | {"TableName": "none"}
    entry = {"PartitionValueList": list(DAYS[0]), "PartitionInput": partition(DAYS[0])}
    return await told(aws.glue.batch_update_partition(**nowhere, Entries=[entry]))


@emulator_differs(aws=(MISSING, MISSING))
async def partitions_of_a_table_that_is_not_there_are_refused(aws: Aws) -> Seen:
    nowhere = aws.table(STORAGE) | {"TableName": "none"}
    entries = {"PartitionInputList": [partition(DAYS[0])]}
    made = await told(aws.glue.batch_create_partition(**nowhere, **entries))
    return made, await told(aws.glue.get_partitions(**nowhere))
