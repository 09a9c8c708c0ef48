"""What events say: their data, one frozen class each. Amounts are exact, days and times UTC."""

from datetime import date
from typing import Literal, Self

from pydantic import AwareDatetime, Field, field_validator, model_validator

from shared.cost_check import CostCheck
from shared.day_status import DayStatus, day_status
from shared.days import Period
from shared.frozen import Frozen
from shared.money import Amounts, Money

MOST_PERIODS = 120
"""Billing periods of one backfill: ten years, more than any export holds."""
LONGEST_REASON = 500
"""Characters of a reason."""


def shortened(reason: str) -> str:
    """Cut what others have a part in, such as names of files, to what an event takes."""
    whole = len(reason) <= LONGEST_REASON
    return reason if whole else f"{reason[: LONGEST_REASON - 1]}…"


class Reference(Frozen):
    """An object in S3 and the checksum of its bytes."""

    uri: str = Field(pattern=r"^s3://[^/]+/.+", description="Location of the object.")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="Checksum of its bytes.")


class ControlSums(Frozen):
    """What a day adds up to at the source, per account, service, charge type and currency."""

    key: str = Field(description="The object in the archive bucket that holds the sums.")
    digest: str = Field(
        pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the sums as CSV (decision 14)."
    )


class Batch(Frozen):
    """The backfill that a run belongs to, and which of its billing periods this is."""

    part: int = Field(ge=1, description="Number of the period, the oldest first.")
    of: int = Field(ge=1, description="How many periods were asked for.")
    reason: str = Field(description="Why they were asked for.")
    requested_by: str = Field(description="Who asked.")
    only: str = Field(
        default="", description="Claim of the one mail that is to be sent again; empty: all are."
    )


class PeriodScope(Frozen):
    """What every event of a run's chain says about the billing period it concerns."""

    period: Period = Field(description="The billing period.")
    first_day: date = Field(description="First day that the run was asked for, in the period.")
    day: date = Field(description="Last day that the run was asked for: the day of the digest.")
    notify: bool = Field(description="Whether the run ends with a digest.")
    replay: bool = Field(default=False, description="Whether a backfill asked for the run.")
    batch: Batch | None = Field(
        default=None, description="The backfill and its part; null for a tick."
    )
    source_version: str = Field(
        description="Delivery time, execution id and query time: newer data sorts later."
    )
    complete_through: date | None = Field(
        default=None, description="Last day whose usage is fully delivered; null when none is."
    )
    final: bool = Field(
        default=False,
        description="Whether the month is over and its whole bill is invoiced: its days are final.",
    )
    rows: int = Field(ge=0, description="Rows of the breakdown.")
    totals: tuple[Amounts, ...] = Field(description="Exact totals of the period per currency.")
    unknown_types: dict[str, int] = Field(
        default={},
        description="Line items of types that Daybook does not know, by type; counted in.",
    )
    notes: tuple[str, ...] = Field(
        default=(), description="What is to be known of the data, in sentences."
    )
    query_cost: Money | None = Field(
        default=None,
        description="What the scan of the export cost in US dollars; null where nobody charges.",
    )
    accounts: Reference | None = Field(
        default=None,
        description="Accounts that are new, moved or closed on the day; null when none is.",
    )

    @property
    def resends(self) -> str:
        """The claim of the one mail that the run is to send again; empty when it is for all."""
        return self.batch.only if self.batch else ""

    @property
    def status(self) -> DayStatus:
        """The status of the digest's day."""
        return self.status_of(self.day)

    def status_of(self, day: date) -> DayStatus:
        """Return the status of a day of the period."""
        return day_status(day, self.complete_through, final=self.final)


class BackfillData(Frozen):
    """Which days to run again, who asked, and why."""

    first_day: date = Field(description="First day to run again (UTC).")
    last_day: date = Field(description="Last day to run again, included (UTC).")
    reason: str = Field(
        min_length=1, max_length=LONGEST_REASON, description="Why; part of the event."
    )
    requested_by: str = Field(min_length=1, max_length=200, description="Who asked.")
    notify: bool = Field(default=False, description="Send the digest of the last day again.")
    only: str = Field(
        default="",
        max_length=200,
        description="With notify: the claim of the one mail that is sent again, to its own list; "
        "empty: every list is told again.",
    )
    part: int = Field(default=1, ge=1, description="Number of it in its run, the oldest first.")
    of: int = Field(
        default=1,
        ge=1,
        description="Billing periods of its run: set where the query worker splits one, and by who "
        "asks for several at once.",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last_day < self.first_day:
            raise ValueError("last_day is before first_day")
        return self


class AuditData(Frozen):
    """How thoroughly to audit, and whether to mend what can be mended."""

    full: bool = Field(
        default=False, description="Read every object and count the table's rows, too."
    )
    repair: bool = Field(default=True, description="Ask for backfills of what they mend.")


class DelayedData(Frozen):
    """A day's data is not there at its deadline."""

    day: date = Field(description="The day (UTC).")
    reason: str = Field(max_length=LONGEST_REASON, description="What is missing, in words.")
    deadline: AwareDatetime = Field(description="When it was due (UTC).")
    complete_through: date | None = Field(
        default=None, description="Last day that was archived as complete; null: not known."
    )
    delivered_at: AwareDatetime | None = Field(
        default=None, description="When the export was last delivered (UTC); null: not known."
    )


class QueriedData(PeriodScope):
    """A period's rows are staged."""

    staging: Reference = Field(description="The list of staged objects by day.")
    bytes_scanned: int = Field(ge=0, description="Bytes of the export that were read.")


class ArchivedDay(Frozen):
    """One day's object in the archive."""

    day: date = Field(description="The billing day.")
    outcome: Literal["new", "restated", "unchanged", "superseded"] = Field(
        description="What this run did to the day's object."
    )
    sha256: str = Field(description="Checksum of the Parquet object.")
    rows: int = Field(ge=0, description="Rows in the object.")
    sums: ControlSums | None = Field(
        default=None,
        description="What the object adds up to at the source; null when it is a newer delivery's.",
    )


class ArchivedData(PeriodScope):
    """A period's days are archived."""

    bucket: str = Field(description="The archive bucket.")
    days: tuple[ArchivedDay, ...] = Field(description="Every archived day of the period.")
    compared: CostCheck | None = Field(
        default=None, description="What Cost Explorer and invoices say; null when not asked."
    )


class AssessedDay(Reference):
    """One day's object in ou_outlook."""

    day: date = Field(description="The day assessed.")
    outcome: Literal["changed", "unchanged", "superseded"] = Field(
        description="What this run did to the day's object."
    )


class AssessedData(ArchivedData):
    """A period's outlook is written."""

    outlooks: tuple[AssessedDay, ...] = Field(description="ou_outlook by day, for the run's days.")

    @property
    def changed(self) -> bool:
        """Whether the run changed anything that a dashboard shows."""
        archived = any(day.outcome in ("new", "restated") for day in self.days)
        return archived or any(day.outcome == "changed" for day in self.outlooks)


class Refresh(Frozen):
    """One QuickSight SPICE ingestion."""

    dataset: str = Field(description="QuickSight data set id.")
    ingestion: str = Field(description="Ingestion id, derived from the run.")
    status: str = Field(description="Final IngestionStatus, or why there is none.")


class CatalogedData(AssessedData):
    """A period is registered in Glue and QuickSight is refreshed."""

    partitions: int = Field(ge=0, description="Partitions made or moved in Glue.")
    refreshes: tuple[Refresh, ...] = Field(description="QuickSight ingestions; empty if no change.")


class MailData(Frozen):
    """What SES says became of a digest."""

    kind: str = Field(description="SES event type: Send, Delivery, Bounce, Complaint, Reject, …")
    detail: str = Field(default="", description="SES's subtype, such as Permanent.")
    message_id: str = Field(description="Message id given by SES.")
    claim: str = Field(
        pattern=r"^\d{4}-\d{2}-\d{2}-[\w-]{1,200}$",
        description="The claim that the message was sent under.",
    )

    @field_validator("claim")
    @classmethod
    def _begins_with_a_day(cls, claim: str) -> str:
        date.fromisoformat(claim[:10])
        return claim

    @property
    def day(self) -> date:
        """The day of the digest, with which its claim begins."""
        return date.fromisoformat(self.claim[:10])


class DigestData(Frozen):
    """The digest left for its recipients."""

    period: Period = Field(description="The billing period of the day.")
    day: date = Field(description="The day that the digest reports.")
    kind: str = Field(description="`daily`, or `replay-…` when a backfill asked for it.")
    message_id: str = Field(description="Message id given by SES.")
    totals: tuple[Amounts, ...] = Field(description="Exact totals of the day, per currency.")
