"""Ingestions: started once, followed to their end, limited in number."""

import asyncio
from typing import Any

from tests.contract.conformance.aws import PAUSE, Aws
from tests.contract.conformance.case import Refusal, Seen, case, emulator_differs, told

QUOTA = 32
GOING = ("INITIALIZED", "QUEUED", "RUNNING")
"""What an ingestion is before its end, in this order."""
BAD_IDS = ("a b", "a/b", "é", "a" * 129)


def names(aws: Aws, data_set: str, ingestion: str) -> dict[str, str]:
    return {"AwsAccountId": aws.account, "DataSetId": data_set, "IngestionId": ingestion}


async def create(aws: Aws, data_set: str, ingestion: str) -> Seen:
    return await told(aws.quicksight.create_ingestion(**names(aws, data_set, ingestion)))


async def describe(aws: Aws, data_set: str, ingestion: str) -> Seen:
    return await told(aws.quicksight.describe_ingestion(**names(aws, data_set, ingestion)))


async def followed(aws: Aws, data_set: str, ingestion: str) -> dict[str, Any]:
    """Follow an ingestion to its end and return what it is then."""
    seen = [GOING[0]]
    async with asyncio.timeout(60):
        while seen[-1] in GOING:
            answer = await aws.quicksight.describe_ingestion(**names(aws, data_set, ingestion))
            found: dict[str, Any] = answer["Ingestion"]
            seen.append(found["IngestionStatus"])
            await asyncio.sleep(PAUSE)
    return found | {"in order": seen[:-1] == sorted(seen[:-1], key=GOING.index)}


@case
async def an_ingestion_is_started_under_the_id_asked_for(aws: Aws) -> Seen:
    data_set = aws.data_set()
    started = aws.quicksight.create_ingestion(**names(aws, data_set, "one"))
    return await told(started, "IngestionId", "IngestionStatus")


@case
async def an_ingestion_is_followed_until_it_completed(aws: Aws) -> Seen:
    data_set = aws.data_set()
    await create(aws, data_set, "one")
    found = await followed(aws, data_set, "one")
    return found["IngestionId"], found["IngestionStatus"], found["in order"]


@case
async def ingestions_are_listed_with_how_they_ended(aws: Aws) -> Seen:
    data_set, other = aws.data_set(), aws.data_set(failing="three")
    none = await listed(aws, data_set)
    for where, ingestion in ((data_set, "one"), (data_set, "two"), (other, "three")):
        await create(aws, where, ingestion)
        await followed(aws, where, ingestion)
    ended = [await listed(aws, where) for where in (data_set, other)]
    return none, ended, await listed(aws, "none")


async def listed(aws: Aws, data_set: str) -> Seen:
    asked = {"AwsAccountId": aws.account, "DataSetId": data_set}
    seen = await told(aws.quicksight.list_ingestions(**asked), "Ingestions")
    if isinstance(seen, Refusal):
        return seen
    found = (await aws.quicksight.list_ingestions(**asked))["Ingestions"]
    in_order = sorted(found, key=lambda each: each["CreatedTime"])
    return [(each["IngestionId"], each["IngestionStatus"]) for each in in_order]


@case
async def an_ingestion_may_fail(aws: Aws) -> Seen:
    data_set = aws.data_set(failing="one")
    await create(aws, data_set, "one")
    found = await followed(aws, data_set, "one")
    return found["IngestionId"], found["IngestionStatus"], found["in order"]


@emulator_differs(aws=0)
async def a_completed_ingestion_counts_the_rows_it_dropped(aws: Aws) -> Seen:
    data_set = aws.data_set()
    await create(aws, data_set, "one")
    found = await followed(aws, data_set, "one")
    return found.get("RowInfo", {}).get("RowsDropped")


@case
async def the_same_id_again_exists_already_and_changes_nothing(aws: Aws) -> Seen:
    data_set = aws.data_set()
    first, again = await create(aws, data_set, "one"), await create(aws, data_set, "one")
    found = await followed(aws, data_set, "one")
    return first, again, await create(aws, data_set, "one"), found["IngestionStatus"]


@case
async def the_same_id_on_another_data_set_is_another_ingestion(aws: Aws) -> Seen:
    one, other = aws.data_set(), aws.data_set()
    first = await create(aws, one, "one")
    return first, await describe(aws, other, "one"), await create(aws, other, "one")


@case
async def what_is_not_there_is_refused(aws: Aws) -> Seen:
    data_set = aws.data_set()
    return [
        await create(aws, "none", "one"),
        await describe(aws, "none", "one"),
        await describe(aws, data_set, "one"),
    ]


@case
async def an_id_of_other_letters_or_of_129_is_refused(aws: Aws) -> Seen:
    data_set = aws.data_set()
    return [await create(aws, data_set, each) for each in (*BAD_IDS, "-_" * 64)]


@case
async def the_quota_is_for_each_data_set_and_a_repeat_is_named_first(aws: Aws) -> Seen:
    one, other = aws.data_set(), aws.data_set()
    started = [await create(aws, one, str(number)) for number in range(QUOTA)]
    beyond = await create(aws, one, "beyond")
    return started, beyond, await create(aws, one, "0"), await create(aws, other, "beyond")
