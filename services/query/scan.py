"""The ports to a query service that scans an export where it lies, and what a scan costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

MEGABYTE, TERABYTE = 1024**2, 1024**4
LEAST = 10
"""Megabytes that a query is charged with at least (Amazon Athena pricing)."""


@dataclass(frozen=True)
class Scan:
    """A query as the service tells of it. `state` is as Athena names it; bytes are those scanned.

    `may_succeed` says of a failed one whether the same query may succeed at another time.
    """

    id: str
    state: str
    bytes_scanned: int = 0
    reason: str = ""
    may_succeed: bool = False

    @property
    def ended(self) -> bool:
        """Whether it will not change any more."""
        return self.state in ("SUCCEEDED", "FAILED", "CANCELLED")


class ScanService(Protocol):
    """Runs queries that go on whatever becomes of who started them."""

    async def start(self, sql: str, token: str, results: str) -> str:
        """Start a query and return its id; the same token and text mean the same query for ever.

        `results` is where the service may leave files of its own. Raises Retry when it has no room.
        """

    async def look(self, query: str) -> Scan:
        """Tell how a query is."""


class Tables(Protocol):
    """The tables that queries read."""

    async def create(self, name: str, columns: Sequence[tuple[str, str]], location: str) -> None:
        """Make a table of the Parquet files that the files at `location` list, line by line.

        One that is there already is the same: names are derived from what is in them.
        """

    async def drop(self, name: str) -> None:
        """Forget a table, or see that it is forgotten; no file is touched."""


def cost_of(bytes_scanned: int, usd_per_tb: Decimal) -> Decimal:
    """Return what a scan costs: whole megabytes, rounded up, ten at least.

    Source: Amazon Athena pricing, SQL queries. A terabyte is taken as 1024^4 bytes.
    """
    megabytes = max(LEAST, -(-bytes_scanned // MEGABYTE))
    cost = usd_per_tb * megabytes * MEGABYTE / TERABYTE
    return cost.quantize(Decimal("0.000001"))
