"""When the export's months were delivered: the times of their manifests, and nothing read.

Permission: s3:ListBucket on the export's bucket.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from botocore.exceptions import ClientError

from shared.days import Period
from shared.locations import split_uri
from shared.s3 import S3Store

CLOSED = {"AccessDenied", "NoSuchBucket", "403", "404"}
_MANIFEST = re.compile(
    r"(?:billing_period=(\d{4})-(\d{2})/|/(\d{4})(\d{2})\d{2}-\d{8}/).*manifest\.json$",
    re.IGNORECASE,
)
log = structlog.get_logger()


@dataclass(frozen=True)
class ExportManifests:
    """Lists the manifests below an export's root; `store` is its bucket."""

    store: S3Store
    prefix: str

    @classmethod
    def at(cls, client: object, location: str) -> "ExportManifests":
        """Look at `location` (s3://bucket/prefix) with an aiobotocore S3 client."""
        bucket, key = split_uri(location)
        return cls(S3Store(client, bucket), key.rstrip("/"))

    async def delivered(self) -> Mapping[Period, datetime] | None:
        """Return each month's newest manifest's time; None where the bucket does not let us look.

        Where the export has a folder for its metadata, only that is listed.
        """
        try:
            listed = await self.store.list(f"{self.prefix}/metadata/")
            listed = listed or await self.store.list(f"{self.prefix}/")
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code not in CLOSED:
                raise
            log.warning("export-not-listed", bucket=self.store.bucket, code=code)
            return None
        newest: dict[Period, datetime] = {}
        for item in listed:
            if period := period_of(item.key):
                newest[period] = max(item.modified, newest.get(period, item.modified))
        return newest


def period_of(key: str) -> Period | None:
    """Return the month whose manifest a key is, of Data Exports or of a legacy CUR."""
    found = _MANIFEST.search(key)
    if found is None:
        return None
    year, month = [part for part in found.groups() if part]
    return Period(int(year), int(month)) if 1 <= int(month) <= 12 else None  # noqa: PLR2004 - months
