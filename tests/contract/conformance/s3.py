"""Objects: conditional writes, metadata, reading, listing."""

from datetime import timedelta
from typing import Any

from tests.contract.conformance.aws import Aws
from tests.contract.conformance.case import Refusal, Seen, case, emulator_differs, told

METADATA = {"sha256": "ab" * 32, "source-version": "20261101T000000.000000Z/7 f", "rows": "0"}
KEYS = ("a/2", "a/10", "ab", "a", "b/a", "a/1/x", "A", "a/é", "a b+c=d&e:f", "percent%20sign")
STALE = '"841a2d689ad86bd1611447453c22c6fc"'


async def content(aws: Aws, bucket: str, key: str) -> Seen:
    """Return body and metadata of an object that is there."""
    answer = await aws.s3.get_object(Bucket=bucket, Key=key)
    async with answer["Body"] as stream:
        return await stream.read(), answer["Metadata"]


async def keys(aws: Aws, bucket: str, **asked: Any) -> list[list[str]]:
    """Return the keys of each page of a listing."""
    pages = aws.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, **asked)
    return [[item["Key"] for item in page.get("Contents", [])] async for page in pages]


@case
async def an_object_is_read_back_with_its_metadata(aws: Aws) -> Seen:
    bucket = aws.bucket()
    for key, body in (("empty", b""), ("bytes", b"\x00\xff\r\n")):
        await aws.s3.put_object(Bucket=bucket, Key=key, Body=body, Metadata=METADATA)
    await aws.s3.put_object(Bucket=bucket, Key="plain", Body=b"text")
    return [await content(aws, bucket, key) for key in ("empty", "bytes", "plain")]


@case
async def an_object_is_read_in_chunks(aws: Aws) -> Seen:
    bucket = aws.bucket()
    await aws.s3.put_object(Bucket=bucket, Key="key", Body=b"0123456789")
    answer = await aws.s3.get_object(Bucket=bucket, Key="key")
    async with answer["Body"] as stream:
        return [chunk async for chunk in stream.iter_chunks(4)]


@case
async def the_end_of_an_object_is_read_by_a_range(aws: Aws) -> Seen:
    bucket = aws.bucket()
    await aws.s3.put_object(Bucket=bucket, Key="key", Body=b"0123456789")
    ends = []
    for size in (1, 4, 10, 99):
        answer = await aws.s3.get_object(Bucket=bucket, Key="key", Range=f"bytes=-{size}")
        async with answer["Body"] as stream:
            ends.append(await stream.read())
    return ends


@emulator_differs(aws=Refusal("ClientError", "InvalidRange", 416))
async def an_empty_object_has_no_end(aws: Aws) -> Seen:
    bucket = aws.bucket()
    await aws.s3.put_object(Bucket=bucket, Key="empty", Body=b"")
    return await told(aws.s3.get_object(Bucket=bucket, Key="empty", Range="bytes=-8"))


@case
async def every_answer_about_an_object_agrees(aws: Aws) -> Seen:
    bucket = aws.bucket()
    put = await aws.s3.put_object(Bucket=bucket, Key="key", Body=b"body", Metadata=METADATA)
    got = await aws.s3.get_object(Bucket=bucket, Key="key")
    head = await aws.s3.head_object(Bucket=bucket, Key="key")
    [item] = (await aws.s3.list_objects_v2(Bucket=bucket, Prefix="key"))["Contents"]
    dates = [answer["LastModified"] for answer in (got, head, item)]
    return {
        "etags": {put["ETag"], got["ETag"], head["ETag"], item["ETag"]},
        "sizes": [got["ContentLength"], head["ContentLength"], item["Size"]],
        "metadata": [got["Metadata"], head["Metadata"]],
        "utc": {moment.utcoffset() for moment in dates},
        "now": [abs(aws.now() - moment) < timedelta(seconds=60) for moment in dates],
    }


@case
async def a_missing_key_is_refused(aws: Aws) -> Seen:
    bucket = aws.bucket()
    get = await told(aws.s3.get_object(Bucket=bucket, Key="missing"))
    head = await told(aws.s3.head_object(Bucket=bucket, Key="missing"))
    return get, head


@case
async def a_missing_bucket_is_refused(aws: Aws) -> Seen:
    nowhere = {"Bucket": "there-is-none"}
    return [
        await told(aws.s3.get_object(**nowhere, Key="key")),
        await told(aws.s3.head_object(**nowhere, Key="key")),
        await told(aws.s3.list_objects_v2(**nowhere)),
        await told(aws.s3.put_object(**nowhere, Key="key", Body=b"")),
        await told(aws.s3.put_object(**nowhere, Key="key", Body=b"", IfMatch=STALE)),
    ]


@case
async def a_second_write_takes_the_place_of_the_first(aws: Aws) -> Seen:
    bucket = aws.bucket()
    tags = set()
    for body, metadata in ((b"first", METADATA), (b"second", {})):
        put = await aws.s3.put_object(Bucket=bucket, Key="key", Body=body, Metadata=metadata)
        tags.add(put["ETag"])
    return len(tags), await content(aws, bucket, "key")


@case
async def only_the_first_of_two_creates_wins(aws: Aws) -> Seen:
    place = {"Bucket": aws.bucket(), "Key": "key", "IfNoneMatch": "*"}
    first = await told(aws.s3.put_object(**place, Body=b"first"))
    second = await told(aws.s3.put_object(**place, Body=b"second"))
    return first, second, await content(aws, place["Bucket"], "key")


@case
async def a_replacement_needs_the_etag_in_force(aws: Aws) -> Seen:
    place = {"Bucket": aws.bucket(), "Key": "key"}
    first = (await aws.s3.put_object(**place, Body=b"first"))["ETag"]
    right = await told(aws.s3.put_object(**place, Body=b"second", IfMatch=first))
    wrong = await told(aws.s3.put_object(**place, Body=b"third", IfMatch=first))
    return right, wrong, await content(aws, place["Bucket"], "key")


@case
async def a_replacement_of_nothing_is_refused(aws: Aws) -> Seen:
    place = {"Bucket": aws.bucket(), "Key": "missing"}
    put = await told(aws.s3.put_object(**place, Body=b"new", IfMatch=STALE))
    return put, await told(aws.s3.head_object(**place))


@case
async def a_listing_is_in_order_and_by_prefix(aws: Aws) -> Seen:
    bucket = aws.bucket()
    for key in KEYS:
        await aws.s3.put_object(Bucket=bucket, Key=key, Body=b"")
    return [await keys(aws, bucket, Prefix=prefix) for prefix in ("", "a", "a/", "none", "a b+")]


@case
async def a_listing_goes_on_page_by_page(aws: Aws) -> Seen:
    bucket = aws.bucket()
    for key in KEYS:
        await aws.s3.put_object(Bucket=bucket, Key=key, Body=b"")
    return await keys(aws, bucket, Prefix="a", PaginationConfig={"PageSize": 3})


@case
async def a_page_says_how_much_it_holds(aws: Aws) -> Seen:
    bucket = aws.bucket()
    for key in KEYS:
        await aws.s3.put_object(Bucket=bucket, Key=key, Body=b"")
    counted = ("KeyCount", "IsTruncated")
    some = await told(aws.s3.list_objects_v2(Bucket=bucket, MaxKeys=len(KEYS) - 1), *counted)
    every = await told(aws.s3.list_objects_v2(Bucket=bucket, MaxKeys=len(KEYS)), *counted)
    none = await told(aws.s3.list_objects_v2(Bucket=bucket, Prefix="none"), *counted, "Contents")
    return some, every, none
