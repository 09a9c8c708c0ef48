"""What the query worker leaves for the archiver: staged objects by day, and the control totals."""

from datetime import date, datetime

from pydantic import Field

from shared.days import Period
from shared.event_data import ControlSums, Reference
from shared.frozen import Frozen
from shared.money import Amounts, Money


class StagedDay(Frozen):
    """One day's rows: the objects that hold them and what they add up to."""

    day: date
    keys: tuple[str, ...] = Field(description="Staged Parquet objects; none for an empty day.")
    rows: int
    totals: tuple[Amounts, ...]
    accounts: int = Field(default=0, description="Linked accounts with usage on the day.")
    services: int = Field(default=0, description="Services with usage on the day.")
    last_hour: int | None = Field(
        default=None, description="Latest hour (UTC) in which usage began; null without usage."
    )
    lines: int = Field(default=0, description="Line items of the export on the day.")
    sums: ControlSums | None = Field(
        default=None, description="Null for a day without lines, or staged by an older release."
    )


class InvoicedTotal(Frozen):
    """What the lines of one invoice add up to, in one currency."""

    invoice: str = Field(description="The invoice's id, as the export has it.")
    currency: str
    unblended: Money


class UsedOrganization(Frozen):
    """The account-to-OU table that a query used."""

    source: str = Field(description="s3:// location of the table.")
    sha256: str = Field(description="Checksum of its bytes.")
    changes: Reference | None = Field(
        default=None, description="What changed in it on the run's day; null when nothing did."
    )


class StagedPeriod(Frozen):
    """A billing period as one query saw it."""

    period: Period
    source_version: str = Field(
        description="Delivery time, execution id and query time: newer data sorts later."
    )
    delivered_at: datetime = Field(description="When the manifest was written (UTC).")
    lines: int = Field(description="Line items of the export that were read.")
    bytes_scanned: int
    query_cost: Money | None = Field(
        default=None, description="What the scan itself cost in US dollars; null where nothing."
    )
    complete_through: date | None
    final: bool = Field(
        default=False, description="Whether the month is over and its whole bill is invoiced."
    )
    totals: tuple[Amounts, ...] = Field(description="Control totals, summed over the line items.")
    organization: UsedOrganization | None = Field(
        default=None, description="The account-to-OU table; null when an older release staged it."
    )
    days: tuple[StagedDay, ...]
    drivers: Reference | None = Field(
        default=None, description="What drives the cost; null when an older release staged it."
    )
    invoices: tuple[InvoicedTotal, ...] = Field(
        default=(), description="By invoice, of the lines that carry an invoice's id."
    )
    unknown_types: dict[str, int] = Field(
        default={}, description="Line items of types that Daybook does not know, by type."
    )
    notes: tuple[str, ...] = Field(
        default=(), description="What is to be known of the data, in sentences."
    )

    @property
    def rows(self) -> int:
        """Rows of the breakdown."""
        return sum(day.rows for day in self.days)
