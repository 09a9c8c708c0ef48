"""SPICE refreshes in QuickSight.

Permissions: quicksight:CreateIngestion, quicksight:DescribeIngestion on the data sets.
Quota: 32 ingestions per data set and rolling 24 hours, 8 on Standard edition (Amazon QuickSight
User Guide, "Refreshing SPICE data"); hence one per run, never one per day.
"""

import asyncio
import re
from dataclasses import dataclass
from typing import Any

from shared.events import Refresh

FINAL = {"COMPLETED", "FAILED", "CANCELLED"}
ATTEMPTS = 3
BUDGET = 600
"""Seconds to follow one ingestion before it counts as stuck."""
_NOT_AN_ID = re.compile(r"[^a-zA-Z0-9_-]")


@dataclass(frozen=True)
class SpiceRefresher:
    """Starts ingestions and follows them to their end."""

    client: Any
    account: str
    poll: float = 5

    async def refresh(self, dataset: str, name: str) -> Refresh:
        """Refresh a data set under an id derived from `name`; a repeat follows the same one.

        A failed ingestion is tried again under the next attempt's id, three times in all.
        """
        refresh = Refresh(dataset=dataset, ingestion="", status="")
        for attempt in range(1, ATTEMPTS + 1):
            ingestion = _NOT_AN_ID.sub("-", f"{name}-{attempt}")[-128:]
            status = await self._start(dataset, ingestion)
            status = status or await self._follow(dataset, ingestion)
            refresh = Refresh(dataset=dataset, ingestion=ingestion, status=status)
            if status != "FAILED":
                break
        return refresh

    def by_hand(self, refresh: Refresh) -> str:
        """Return the command of the AWS CLI; an ingestion's id is used once only."""
        ingestion = f"{refresh.ingestion}-by-hand"[-128:]
        return (
            f"aws quicksight create-ingestion --aws-account-id {self.account} "
            f"--data-set-id {refresh.dataset} --ingestion-id {ingestion}"
        )

    async def _start(self, dataset: str, ingestion: str) -> str | None:
        """Start an ingestion or find it started already; else say why it cannot be."""
        errors = self.client.exceptions
        try:
            await self.client.create_ingestion(
                AwsAccountId=self.account, DataSetId=dataset, IngestionId=ingestion
            )
        except errors.ResourceExistsException:
            return None
        except errors.LimitExceededException:
            return "LIMIT_EXCEEDED"
        except errors.ResourceNotFoundException:
            return "NOT_FOUND"
        except errors.AccessDeniedException:
            return "ACCESS_DENIED"
        return None

    async def _follow(self, dataset: str, ingestion: str) -> str:
        waited = 0.0
        while waited < BUDGET:
            answer = await self.client.describe_ingestion(
                AwsAccountId=self.account, DataSetId=dataset, IngestionId=ingestion
            )
            status = str(answer["Ingestion"]["IngestionStatus"])
            dropped = answer["Ingestion"].get("RowInfo", {}).get("RowsDropped", 0)
            if status in FINAL:
                return "FAILED" if dropped else status
            await asyncio.sleep(self.poll)
            waited += self.poll
        return "STUCK"
