"""The newest ingestions of QuickSight's data sets.

Permission: quicksight:ListIngestions on the data sets.
"""

from dataclasses import dataclass
from typing import Any

from services.auditor.listed import Ingestion

GONE = "NOT_FOUND"


@dataclass(frozen=True)
class SpiceIngestions:
    """Looks at the data sets of one account."""

    client: Any
    account: str

    async def newest(self, dataset: str) -> Ingestion | None:
        """Return a data set's newest ingestion; one that is not there has the status NOT_FOUND."""
        pages = self.client.get_paginator("list_ingestions").paginate(
            AwsAccountId=self.account, DataSetId=dataset
        )
        try:
            found = [each async for page in pages for each in page["Ingestions"]]
        except self.client.exceptions.ResourceNotFoundException:
            return Ingestion("none", GONE)
        if not found:
            return None
        newest = max(found, key=lambda each: each["CreatedTime"])
        return Ingestion(newest["IngestionId"], newest["IngestionStatus"])
