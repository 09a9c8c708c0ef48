"""The partitions of Daybook's tables in the Glue Data Catalog, as they are.

Permission: glue:GetPartitions on the database and its tables.
"""

from collections.abc import Mapping
from typing import Any

from services.auditor.listed import Table, Values


class GlueCatalog:
    """Lists partitions."""

    def __init__(self, client: Any, database: str) -> None:
        """`client` is an aiobotocore Glue client."""
        self._client = client
        self._database = database

    async def partitions(self, table: Table) -> Mapping[Values, str]:
        """Return where each of a table's partitions points to; values without leading zeros."""
        pages = self._client.get_paginator("get_partitions").paginate(
            DatabaseName=self._database, TableName=table, ExcludeColumnSchema=True
        )
        return {
            _values(found["Values"]): found["StorageDescriptor"]["Location"]
            async for page in pages
            for found in page["Partitions"]
        }


def _values(given: list[str]) -> Values:
    """The keys are integers: a crawler may have written June as 06."""
    return tuple(str(int(value)) if value.isdecimal() else value for value in given)
