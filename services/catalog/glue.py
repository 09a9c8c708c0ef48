"""Partitions of Daybook's tables in the Glue Data Catalog.

Permissions: glue:GetTable, glue:GetPartitions, glue:BatchCreatePartition,
glue:BatchUpdatePartition on the database and its tables.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from shared.days import Period
from shared.errors import Conflict
from shared.locations import partition

BATCH = 100
"""Partitions per batch call (AWS Glue API, BatchCreatePartition)."""


class GluePartitions:
    """Makes the partitions of a table say where its days are."""

    def __init__(self, client: Any, database: str) -> None:
        """`client` is an aiobotocore Glue client."""
        self._client = client
        self._database = database

    async def ensure(self, table: str, days: Sequence[date]) -> int:
        """Register each day at its place below the table's location; return how many changed.

        A partition that exists is success after checking that it says the same. Raises Conflict
        when Glue accepts the call but refuses an entry.
        """
        if not days:
            return 0
        storage = await self._storage(table)
        known = await self._known(table, {Period.of(day) for day in days})
        wanted = {
            _values(day): storage["Location"].rstrip("/") + "/" + partition(day) for day in days
        }
        missing = [values for values in wanted if values not in known]
        moved = [values for values in wanted if known.get(values, wanted[values]) != wanted[values]]
        inputs = {v: _input(v, storage | {"Location": place}) for v, place in wanted.items()}
        for some in _batches([inputs[values] for values in missing]):
            await self._create(table, some)
        for some in _batches([inputs[values] for values in moved]):
            await self._update(table, some)
        return len(missing) + len(moved)

    async def _storage(self, table: str) -> dict[str, Any]:
        answer = await self._client.get_table(DatabaseName=self._database, Name=table)
        storage: dict[str, Any] = answer["Table"]["StorageDescriptor"]
        return storage

    async def _known(self, table: str, periods: set[Period]) -> dict[tuple[str, ...], str]:
        """Return values and location of the months' partitions."""
        pages = self._client.get_paginator("get_partitions")
        known: dict[tuple[str, ...], str] = {}
        for period in sorted(periods):
            async for page in pages.paginate(
                DatabaseName=self._database,
                TableName=table,
                Expression=f"year = {period.year} AND month = {period.month}",
            ):
                for found in page["Partitions"]:
                    known[tuple(found["Values"])] = found["StorageDescriptor"]["Location"]
        return known

    async def _create(self, table: str, inputs: list[dict[str, Any]]) -> None:
        answer = await self._client.batch_create_partition(
            DatabaseName=self._database, TableName=table, PartitionInputList=inputs
        )
        _refuse_errors(table, answer, tolerated="AlreadyExistsException")

    async def _update(self, table: str, inputs: list[dict[str, Any]]) -> None:
        answer = await self._client.batch_update_partition(
            DatabaseName=self._database,
            TableName=table,
            Entries=[{"PartitionValueList": i["Values"], "PartitionInput": i} for i in inputs],
        )
        _refuse_errors(table, answer, tolerated="")


def _values(day: date) -> tuple[str, ...]:
    return str(day.year), str(day.month), str(day.day)


def _input(values: tuple[str, ...], storage: dict[str, Any]) -> dict[str, Any]:
    return {"Values": list(values), "StorageDescriptor": storage}


def _batches(inputs: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    return [inputs[start : start + BATCH] for start in range(0, len(inputs), BATCH)]


def _refuse_errors(table: str, answer: dict[str, Any], *, tolerated: str) -> None:
    """Batch calls answer 200 even when entries failed: look at each."""
    errors = [entry["ErrorDetail"]["ErrorCode"] for entry in answer.get("Errors", [])]
    refused = [code for code in errors if code != tolerated]
    if refused:
        raise Conflict(f"Glue refused partitions of {table}: {', '.join(sorted(set(refused)))}")
