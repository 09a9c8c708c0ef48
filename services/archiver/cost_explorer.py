"""Cost Explorer: what AWS itself says the days cost.

Permission: ce:GetCostAndUsage, from the management account, which sees all members. Each request
costs USD 0.01, each page is one. Source: AWS Billing and Cost Management API Reference,
"GetCostAndUsage": `End` is exclusive, groups are at most two, `Estimated` marks what may change.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from services.archiver.compare import Dimension, Explored
from shared.answers import answering
from shared.days import ONE_DAY
from shared.errors import NotAnswered
from shared.money import exact_sum

METRICS = {
    "unblended": "UnblendedCost",
    "amortized": "AmortizedCost",
    "net_unblended": "NetUnblendedCost",
    "net_amortized": "NetAmortizedCost",
}


class CostExplorer:
    """The cost source over an aiobotocore `ce` client."""

    def __init__(self, client: Any) -> None:
        """Keep the client."""
        self._client = client

    async def costs(
        self, first: date, last: date, metrics: Sequence[str], by: Dimension, most: int
    ) -> Explored:
        """Ask for one month's days by one dimension, page by page."""
        request = {
            "TimePeriod": {"Start": str(first), "End": str(last + ONE_DAY)},
            "Granularity": "MONTHLY",
            "Metrics": [METRICS[metric] for metric in metrics],
            "GroupBy": [{"Type": "DIMENSION", "Key": by}],
        }
        pages = [await self._page(request)]
        while token := pages[-1].get("NextPageToken"):
            if len(pages) == most:
                raise NotAnswered(f"its answer has more pages than most_requests, {most}")
            pages.append(await self._page(request | {"NextPageToken": token}))
        results = [result for page in pages for result in page["ResultsByTime"]]
        return Explored(
            amounts={metric: _amounts(results, METRICS[metric]) for metric in metrics},
            estimated=any(result.get("Estimated", False) for result in results),
            requests=len(pages),
        )

    async def _page(self, request: dict[str, Any]) -> Any:
        with answering():
            return await self._client.get_cost_and_usage(**request)


def _amounts(results: Sequence[Any], metric: str) -> dict[tuple[str, str], Decimal]:
    """Add up a metric by group and currency; a group may stand on several pages."""
    found: dict[tuple[str, str], Decimal] = {}
    for result in results:
        for group in result["Groups"]:
            stated = group["Metrics"][metric]
            key = group["Keys"][0], stated["Unit"]
            found[key] = exact_sum((found.get(key, Decimal(0)), Decimal(stated["Amount"])))
    return found
