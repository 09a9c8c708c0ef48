"""The ledger's record of a run that is cataloged: what asked for it, and what came of it."""

from datetime import date, datetime

from pydantic import Field

from shared.days import Period
from shared.event_data import AssessedData, Batch, Refresh
from shared.frozen import Frozen
from shared.money import Money


class RunRecord(Frozen):
    """One billing period of a run, from when its partitions are in the catalog."""

    run: str
    period: Period
    first_day: date = Field(description="First day that was asked for, in the period.")
    day: date = Field(description="Last day that was asked for, in the period.")
    batch: Batch | None = Field(default=None, description="The backfill; null for a tick.")
    notify: bool = Field(description="Whether a digest was to follow.")
    source_version: str = Field(description="The delivery that was read.")
    cataloged_at: datetime = Field(description="When its partitions were there (UTC).")
    days_changed: int = Field(ge=0, description="Days whose archived object is new or another.")
    changed: bool = Field(description="Whether anything that a dashboard shows changed.")
    query_cost: Money | None = Field(
        default=None, description="What the scan cost in US dollars; null where nobody charges."
    )
    cost_explorer_requests: int = Field(default=0, description="At USD 0.01 each.")
    refreshes: tuple[Refresh, ...] = Field(default=(), description="QuickSight ingestions.")
    refreshed_at: datetime | None = Field(default=None, description="When they ended (UTC).")

    @classmethod
    def of(cls, run: str, data: AssessedData, now: datetime) -> "RunRecord":
        """Return the record of a run whose partitions have just been made."""
        return cls(
            run=run,
            period=data.period,
            first_day=data.first_day,
            day=data.day,
            batch=data.batch,
            notify=data.notify,
            source_version=data.source_version,
            cataloged_at=now,
            days_changed=sum(day.outcome in ("new", "restated") for day in data.days),
            changed=data.changed,
            query_cost=data.query_cost,
            cost_explorer_requests=data.compared.requests if data.compared else 0,
        )
