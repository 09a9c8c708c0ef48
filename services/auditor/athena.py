"""Athena counts the rows of the table, where `engine: athena` has it scan the export, too.

Permissions: athena:StartQueryExecution, athena:GetQueryExecution and athena:GetQueryResults on the
workgroup. The query runs with the worker's own: glue:GetDatabase, glue:GetTable and
glue:GetPartitions, s3:GetBucketLocation, s3:GetObject and s3:ListBucket on the archive, and
s3:PutObject on `staging/athena/`. A count reads the objects' footers only, and costs as 10 MB.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from botocore.exceptions import ClientError

from services.auditor.counting import Uncounted, counted, statement
from services.auditor.listed import Values

SECONDS_BETWEEN_LOOKS = (1, 2, 4, 8, 15)
"""The last one for as long as it takes."""
TRIES = 2
"""How often a count is begun: some of what ends a query at Athena has passed a moment later."""
ENDED = ("SUCCEEDED", "FAILED", "CANCELLED")


@dataclass(frozen=True)
class AthenaCounter:
    """Queries in one workgroup; `results` is where it may leave its files."""

    client: Any
    workgroup: str
    database: str
    results: str

    async def rows_by_day(self, partitions: Mapping[Values, str]) -> Mapping[date, int]:
        """Query the table; raise Uncounted when Athena refused the query or it did not succeed."""
        del partitions  # Athena knows them itself
        try:
            query = await self._done()
            pages = self.client.get_paginator("get_query_results").paginate(QueryExecutionId=query)
            rows = [_row(row) async for page in pages for row in page["ResultSet"]["Rows"]]
        except ClientError as error:
            raise Uncounted(str(error)) from error
        return counted(rows[1:])  # the first names the columns

    async def _done(self) -> str:
        """Return the id of a query that has succeeded."""
        ends: list[str] = []
        while len(ends) < TRIES:
            query = await self._begun()
            status = await self._ended(query)
            if status["State"] == "SUCCEEDED":
                return query
            reason = status.get("StateChangeReason", "it gave no reason")
            ends.append(f"Athena's count {query} ended {status['State']}: {reason}")
        raise Uncounted(ends[-1])

    async def _begun(self) -> str:
        answer = await self.client.start_query_execution(
            QueryString=statement(),
            QueryExecutionContext={"Database": self.database},
            ResultConfiguration={"OutputLocation": self.results},
            WorkGroup=self.workgroup,
        )
        return str(answer["QueryExecutionId"])

    async def _ended(self, query: str) -> Mapping[str, Any]:
        """Follow a query to its end, and return how it ended."""
        looks = 0
        while True:
            answer = await self.client.get_query_execution(QueryExecutionId=query)
            status: Mapping[str, Any] = answer["QueryExecution"]["Status"]
            if status["State"] in ENDED:
                return status
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS[min(looks, len(SECONDS_BETWEEN_LOOKS) - 1)])
            looks += 1


def _row(row: dict[str, Any]) -> Sequence[object]:
    return [cell.get("VarCharValue", "") for cell in row["Data"]]
