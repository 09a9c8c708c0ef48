"""Reads the archive back, and believes only bytes that match their checksum."""

from datetime import date

import pyarrow as pa

from shared.errors import MismatchError, Retry
from shared.locations import breakdown_key
from shared.parquet import from_parquet, sha256
from shared.ports import ObjectStore


async def read_day(store: ObjectStore, day: date, source_version: str) -> pa.Table:
    """Read a day's breakdown, made from `source_version` of the export or a newer one.

    Raises Retry when the archive has only an older one, MismatchError when the bytes are not
    those that were written.
    """
    key = breakdown_key(day)
    found = await store.get(key)
    if found is None or found.metadata.get("source-version", "") < source_version:
        raise Retry(f"{key} is not archived from {source_version} yet", after=60)
    if sha256(found.body) != found.metadata.get("sha256"):
        raise MismatchError(f"{key} does not match its checksum")
    return from_parquet(found.body)
