"""Where a report's figures come from, and what they cost: its last lines."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import quote, urlencode

from services.notifier.report.compared import PRICE
from services.notifier.report.counted import counted
from shared.locations import split_uri
from shared.money import plain

CONSOLE = "https://console.aws.amazon.com/s3/object/"
FREE = "its query cost nothing: the engine is Daybook's own"


@dataclass(frozen=True)
class Origin:
    """Where a digest's figures come from, for its last lines."""

    run: str
    source_version: str
    replay: bool
    csv_location: str | None = None
    """Where the CSV lies when it is too large to be attached."""
    month_before: str = ""
    """How far the figures of the month before can be relied on, in a sentence."""
    query_cost: Decimal | None = None
    """What the scan of the export cost in US dollars; None where nobody charges for it."""
    requests: int = 0
    """How often Cost Explorer was asked, at `PRICE` each."""
    dashboard: str | None = None
    """Where the day's dashboard lies; None in an OU's part, whose readers may not open it."""

    @property
    def csv_link(self) -> str | None:
        """The page of AWS's console that has the CSV for who is signed in and may read it."""
        return _in_console(self.csv_location)

    @property
    def dashboard_link(self) -> str | None:
        """The page of AWS's console that has the dashboard for who is signed in and may read it."""
        return _in_console(self.dashboard)

    @property
    def delivered(self) -> str:
        """When the export was delivered (UTC), in words; as it is written where that is no time."""
        moment = self.source_version.partition("/")[0]
        try:
            at = datetime.fromisoformat(moment).astimezone(UTC)
        except ValueError:
            return moment
        return f"{at:%-d %b %Y %H:%M} UTC"

    @property
    def cost_said(self) -> str:
        """What this run cost at AWS beside Daybook's own machines."""
        cost = self.query_cost
        query = FREE if cost is None else f"its query cost {plain(cost)} USD"
        if not self.requests:
            return query
        asked = counted(self.requests, "request")
        return f"{query}; {asked} to Cost Explorer cost {plain(self.requests * PRICE)} USD"


def _in_console(location: str | None) -> str | None:
    """Return the console's page of an object: no link of its own rights.

    Those of a worker's role end within hours.
    """
    if not location or not location.startswith("s3://"):
        return None
    bucket, key = split_uri(location)
    return f"{CONSOLE}{bucket}?{urlencode({'prefix': key}, quote_via=quote)}"
