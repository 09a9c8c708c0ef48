"""The AWS that the environment points to, with an error that a person can act on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from daybook.bucket import archive_bucket
from shared.aws import clients
from shared.errors import InputError
from shared.s3 import S3Store
from shared.together import together

AT_ONCE = 16
"""Requests that are under way at the same time."""
REMEDY = (
    "Set AWS_REGION and credentials, AWS_ENDPOINT_URL for a local stack, and "
    "DAYBOOK_ARCHIVE_BUCKET if the bucket has another name"
)
T = TypeVar("T")
U = TypeVar("U")


@asynccontextmanager
async def reached(*services: str) -> AsyncIterator[tuple[Any, ...]]:
    """Open clients; raise InputError for whatever AWS refuses or does not answer."""
    try:
        async with clients(*services) as opened:
            yield opened
    except (BotoCoreError, ClientError) as error:
        raise InputError("the AWS environment", str(error), REMEDY) from None


def archive(s3: Any) -> S3Store:
    """Return the archive bucket."""
    return S3Store(s3, archive_bucket())


async def each(read: Callable[[T], Awaitable[U]], items: Iterable[T]) -> list[U]:
    """Read many things, some at a time, in their order."""
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(item: T) -> U:
        async with limit:
            return await read(item)

    return await together(one(item) for item in items)


def now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)
