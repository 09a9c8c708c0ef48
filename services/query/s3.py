"""An export in S3, and the upload of what a query stages.

Permissions: s3:ListBucket and s3:GetObject on the export's prefix; s3:PutObject on `staging/`.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from services.query.snapshot import ExportFile
from shared.errors import InputError
from shared.locations import split_uri
from shared.s3 import MISSING, S3Store

CHUNK = 1024 * 1024


class S3ExportStore:
    """Reads an export below an `s3://bucket/prefix` location."""

    def __init__(self, client: Any, location: str) -> None:
        """`client` is an aiobotocore S3 client."""
        self._client = client
        self._bucket, prefix = split_uri(location)
        self._prefix = f"{prefix.rstrip('/')}/" if prefix.strip("/") else ""
        self._objects = S3Store(client, self._bucket)

    async def files(self, prefix: str) -> list[ExportFile]:
        """List the objects below the prefix."""
        listed = await self._objects.list(self._prefix + prefix)
        return [
            ExportFile(item.key.removeprefix(self._prefix), item.etag, item.modified)
            for item in listed
        ]

    async def read(self, path: str) -> tuple[bytes, datetime]:
        """Read a small object and when it was written."""
        found = await self._objects.get(self._prefix + path)
        if found is None:
            raise self._missing(path)
        return found.body, found.modified

    async def tail(self, path: str, size: int) -> bytes:
        """Read the end of an object by a range (RFC 9110, a suffix range)."""
        try:
            answer = await self._get(path, Range=f"bytes=-{size}")
        except ClientError as error:
            if error.response["Error"]["Code"] == "InvalidRange":  # an empty object has no end
                return b""
            raise
        async with answer["Body"] as stream:
            end: bytes = await stream.read()
        return end

    async def fetch(self, path: str, folder: Path) -> Path:
        """Stream an object into `folder`, under its own relative path."""
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        answer = await self._get(path)
        async with answer["Body"] as stream:
            with target.open("wb") as file:
                async for chunk in stream.iter_chunks(CHUNK):
                    file.write(chunk)
        return target

    async def _get(self, path: str, **asked: str) -> Any:
        try:
            return await self._client.get_object(
                Bucket=self._bucket, Key=self._prefix + path, **asked
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in MISSING:
                raise self._missing(path) from error
            raise

    def _missing(self, path: str) -> InputError:
        return InputError(
            f"s3://{self._bucket}/{self._prefix}{path}",
            "is listed in the manifest but is not there",
            "Check the export's delivery settings and the bucket's lifecycle rules",
        )
