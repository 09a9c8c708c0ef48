"""One versioned bucket in S3, with conditional writes.

Permissions: s3:GetObject, s3:PutObject, s3:ListBucket on the bucket. Objects are never deleted.
Source: Amazon S3 User Guide, "How to prevent object overwrites with conditional writes".
"""

from mimetypes import guess_type
from typing import Any

from botocore.exceptions import ClientError

from shared.errors import Conflict, Retry
from shared.ports import ObjectInfo, StoredObject

MISSING = {"404", "NoSuchKey", "NotFound"}
LOST = {"PreconditionFailed", "412"}
UNDECIDED = {"ConditionalRequestConflict", "409"}
TRIES = 4


class S3Store:
    """The object store port over an aiobotocore S3 client."""

    def __init__(self, client: Any, bucket: str) -> None:
        """Keep the client; the bucket must exist."""
        self._client = client
        self._bucket = bucket

    @property
    def bucket(self) -> str:
        """The bucket's name."""
        return self._bucket

    async def get(self, key: str) -> StoredObject | None:
        """Read an object whole."""
        try:
            answer = await self._client.get_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in MISSING:
                return None
            raise
        async with answer["Body"] as stream:
            body = await stream.read()
        return StoredObject(key, body, answer["ETag"], answer["LastModified"], answer["Metadata"])

    async def head(self, key: str) -> ObjectInfo | None:
        """Read an object's metadata."""
        try:
            answer = await self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in MISSING:
                return None
            raise
        return ObjectInfo(
            key,
            answer["ContentLength"],
            answer["ETag"],
            answer["LastModified"],
            answer["Metadata"],
        )

    async def list(self, prefix: str) -> list[ObjectInfo]:
        """List all pages."""
        pages = self._client.get_paginator("list_objects_v2")
        return [
            ObjectInfo(item["Key"], item["Size"], item["ETag"], item["LastModified"])
            async for page in pages.paginate(Bucket=self._bucket, Prefix=prefix)
            for item in page.get("Contents", [])
        ]

    async def put(self, key: str, body: bytes, *, metadata: dict[str, str] | None = None) -> str:
        """Write without a condition."""
        return await self._put(key, body, metadata)

    async def create(self, key: str, body: bytes, *, metadata: dict[str, str] | None = None) -> str:
        """Write with If-None-Match: *."""
        return await self._put(key, body, metadata, IfNoneMatch="*")

    async def replace(
        self, key: str, body: bytes, *, etag: str, metadata: dict[str, str] | None = None
    ) -> str:
        """Write with If-Match."""
        return await self._put(key, body, metadata, IfMatch=etag)

    async def _put(
        self, key: str, body: bytes, metadata: dict[str, str] | None, **condition: str
    ) -> str:
        """Write; where two conditional writes met and S3 took neither (409), ask again."""
        for _ in range(TRIES):
            try:
                answer = await self._client.put_object(
                    Bucket=self._bucket,
                    Key=key,
                    Body=body,
                    ContentType=guess_type(key)[0] or "application/octet-stream",
                    Metadata=metadata or {},
                    **condition,
                )
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if condition and code in LOST | MISSING:
                    raise Conflict(key) from error
                if code not in UNDECIDED:
                    raise
            else:
                return str(answer["ETag"])
        raise Retry(f"{key} is being written by others", after=30)
