"""The query engine port: what one scan of a billing period is asked for, and what it gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Protocol

import pyarrow as pa

from services.query.manifest import Delivery
from shared.days import Period
from shared.event_data import Reference
from shared.money import Amounts, not_stated
from shared.ports import Message
from shared.staging import InvoicedTotal, StagedDay


@dataclass(frozen=True)
class Control:
    """Control totals of a period's line items, and which days they are on.

    `unknown_types` counts the line items of types that no policy is stated for; `notes` are
    sentences that say what the export lacks. `invoiced`: a line of the monthly bill has an invoice;
    `awaits_invoice`: one that costs something has none yet.
    """

    lines: int
    totals: tuple[Amounts, ...]
    first_day: date | None
    last_day: date | None
    invoiced: bool
    unknown_types: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    awaits_invoice: bool = False
    invoices: tuple[InvoicedTotal, ...] = ()

    def require(self, metric: str, delivery: object) -> None:
        """Raise InputError when the delivery does not state the cost metric."""
        if not all(part.states(metric) for part in self.totals):
            raise not_stated(metric, delivery)

    def final(self, period: Period, delivered_at: datetime) -> bool:
        """Say whether the month is over and its whole bill has its invoices.

        AWS sends them seller by seller, so one invoice alone proves nothing. What comes after are
        corrections.
        """
        over = delivered_at.astimezone(UTC).date() > period.last
        return over and self.invoiced and not self.awaits_invoice


@dataclass(frozen=True)
class QueryResult:
    """What one scan of a billing period gave: staged days, control totals, bytes of the export.

    `drivers` is the object of what drives the cost (`shared/drivers.py`).
    `cost` is what the scan itself is charged with, in US dollars; None where nobody charges.
    """

    control: Control
    days: tuple[StagedDay, ...]
    bytes_scanned: int
    cost: Decimal | None = None
    drivers: Reference | None = None


class QueryEngine(Protocol):
    """Runs the breakdown of one delivery and stages it below a prefix of the archive bucket."""

    async def stage(
        self, delivery: Delivery, organization: pa.Table, prefix: str, message: Message
    ) -> QueryResult:
        """Query the delivery's files once; `prefix` must be empty.

        What was begun for the same message, and may go on without us, is taken up again.
        """
