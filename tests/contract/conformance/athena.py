"""Queries: started once for each token, and followed to their end."""

import asyncio
from typing import Any

from tests.contract.conformance.aws import PAUSE, Aws
from tests.contract.conformance.case import Refusal, Seen, case, emulator_differs, told

TOKEN = "a" * 64
SOMETHING = (
    "UNLOAD (SELECT 1 AS one) TO 's3://{bucket}/{place}/' "
    "WITH (format = 'PARQUET', compression = 'SNAPPY')"
)
INVALID = Refusal("InvalidRequestException", "InvalidRequestException", 400)


def asked(bucket: str, *, token: str = TOKEN, place: str = "rows") -> dict[str, Any]:
    """Return what starts a query, as the worker asks for it."""
    return {
        "QueryString": SOMETHING.format(bucket=bucket, place=place),
        "ClientRequestToken": token,
        "QueryExecutionContext": {"Database": "finops_db"},
        "ResultConfiguration": {"OutputLocation": f"s3://{bucket}/results/"},
        "ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": False}},
        "WorkGroup": "daybook",
    }


async def ended(aws: Aws, query: str) -> dict[str, Any]:
    """Follow a query to its end and return what it is then."""
    async with asyncio.timeout(60):
        while True:
            answer = await aws.athena.get_query_execution(QueryExecutionId=query)
            found: dict[str, Any] = answer["QueryExecution"]
            if found["Status"]["State"] not in ("QUEUED", "RUNNING"):
                return found
            await asyncio.sleep(PAUSE)


@emulator_differs(aws=("SUCCEEDED", True))
async def an_unload_is_followed_until_it_succeeded(aws: Aws) -> Seen:
    bucket = aws.bucket()
    query = await aws.athena.start_query_execution(**asked(bucket))
    found = await ended(aws, query["QueryExecutionId"])
    listed = await aws.s3.list_objects_v2(Bucket=bucket, Prefix="rows/")
    return found["Status"]["State"], listed["KeyCount"] > 0


@case
async def a_query_that_is_not_one_fails_with_a_reason(aws: Aws) -> Seen:
    bucket = aws.bucket()
    bad = asked(bucket) | {"QueryString": "SELECT no_such_column FROM no_such_table"}
    query = await aws.athena.start_query_execution(**bad)
    status = (await ended(aws, query["QueryExecutionId"]))["Status"]
    return status["State"], bool(status["StateChangeReason"])


@emulator_differs(aws=True)
async def the_same_token_is_the_same_query(aws: Aws) -> Seen:
    bucket = aws.bucket()
    first = await aws.athena.start_query_execution(**asked(bucket))
    again = await aws.athena.start_query_execution(**asked(bucket))
    return first["QueryExecutionId"] == again["QueryExecutionId"]


@case
async def another_token_is_another_query(aws: Aws) -> Seen:
    bucket = aws.bucket()
    first = await aws.athena.start_query_execution(**asked(bucket))
    other = await aws.athena.start_query_execution(**asked(bucket, token="b" * 64, place="other"))
    return first["QueryExecutionId"] == other["QueryExecutionId"]


@emulator_differs(aws=INVALID)
async def a_token_with_another_text_is_refused(aws: Aws) -> Seen:
    bucket = aws.bucket()
    await aws.athena.start_query_execution(**asked(bucket))
    return await told(aws.athena.start_query_execution(**asked(bucket, place="other")))


@case
async def a_query_that_nobody_started_is_refused(aws: Aws) -> Seen:
    unknown = "00000000-0000-4000-8000-999999999999"
    return await told(aws.athena.get_query_execution(QueryExecutionId=unknown))


@emulator_differs(aws=Refusal("TooManyRequestsException", "TooManyRequestsException", 400))
async def more_queries_than_there_is_room_for_are_refused(aws: Aws) -> Seen:
    bucket = aws.bucket()
    aws.fill_athena()
    return await told(aws.athena.start_query_execution(**asked(bucket)))
