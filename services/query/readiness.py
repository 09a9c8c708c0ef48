"""Whether a day's data is there: delivered, and covering the day; and what to do when it is not.

A manifest proves that files were delivered, not that they hold the whole day: AWS delivers usage
over the day that follows (AWS Cost and Usage Reports User Guide, "What are AWS Cost and Usage
Reports?"). All times are UTC.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from statistics import median

from pydantic import BaseModel, ConfigDict, Field

from services.query.executions import Executions, NoExecutions, failure, under_way
from shared.day_record import DayRecord
from shared.errors import Reject, Retry, Wait
from shared.events import DataDelayed, DayReady, DelayedData, Event, follow_up
from shared.ledger import Ledger
from shared.locations import day_record_key
from shared.ports import ObjectStore
from shared.staging import StagedDay, StagedPeriod

LOOK_AGAIN = 900
"""Seconds between two looks; the longest delay of a message in SQS."""
RETRY = 3600
"""Seconds between two looks for who does not wait: after five the dead-letter queue has it."""
GIVE_UP = timedelta(days=10)
"""After the day asked for: then the message goes to the dead-letter queue, which rings."""
ENOUGH = 0.8
"""Share of the usual accounts and services that a day must have."""
WEEKS = 4
FEWEST = 2
"""Earlier days of the same weekday that make a usual day."""


class NotReady(Exception):  # noqa: N818 - a state, not a fault
    """The day's data is not there yet, or not all of it."""


class Looked(BaseModel):
    """What was found wanting in a delivery, so that it need not be queried again."""

    model_config = ConfigDict(frozen=True)

    version: str = Field(description="The delivery that was queried.")
    reason: str


@dataclass(frozen=True)
class Readiness:
    """The rule; without a `deadline`, a day is reported as far as it goes."""

    store: ObjectStore
    deadline: time | None
    executions: Executions = field(default_factory=NoExecutions)
    look_again: int = LOOK_AGAIN

    async def require_settled(self, delivered_at: datetime, now: datetime) -> tuple[str, ...]:
        """Raise NotReady while AWS makes a newer delivery; else return what is to be said of it.

        Who does not wait for a whole day does not wait for this either: no torn read comes of it.
        """
        known = await self.executions.known()
        coming = under_way(known, delivered_at, now)
        if coming and self.deadline is not None:
            raise NotReady(f"AWS is refreshing the export, {coming}")
        failed = failure(known)
        if failed is None or failed.created_at <= delivered_at:
            return ()
        return (f"AWS failed to refresh the export after this delivery, {failed}.",)

    async def trouble(self) -> str:
        """Return in words that AWS's newest attempt to refresh the export failed, if it did."""
        failed = failure(await self.executions.known())
        return f"; AWS failed to refresh it, {failed}" if failed else ""

    async def require(self, staged: StagedPeriod, day: date, *, digest: bool = True) -> None:
        """Raise NotReady, saying why, unless the staged period covers the day.

        Where no digest is asked for, it is enough that the day is reached.
        """
        by_day = {staged_day.day: staged_day for staged_day in staged.days}
        if day not in by_day:
            raise NotReady(f"the export does not reach {day} yet")
        if self.deadline is None or not digest:
            return
        through = staged.complete_through
        if through is None or through < day:
            raise NotReady(f"usage of {day} is still being delivered")
        if through == day:  # once a later day is whole, too, few are all there are
            await self._require_usual(by_day[day])

    async def _require_usual(self, day: StagedDay) -> None:
        weeks = [day.day - timedelta(weeks=number) for number in range(1, WEEKS + 1)]
        ledger = Ledger(self.store)
        entries = [await ledger.read(day_record_key(week), DayRecord) for week in weeks]
        records = [entry.doc.newest for entry in entries if entry]
        _require_enough(day.accounts, [record.accounts for record in records], day.day, "accounts")
        _require_enough(day.services, [record.services for record in records], day.day, "services")

    def later(self, event: Event, day: date, reason: str, now: datetime) -> Exception:
        """Return what the loop is to do: come back, and from the deadline on, tell of the delay."""
        if not isinstance(event, DayReady) or self.deadline is None:
            return Retry(reason, after=RETRY)
        deadline = datetime.combine(day + timedelta(days=1), self.deadline, tzinfo=now.tzinfo)
        if now > deadline + GIVE_UP:
            return Reject(f"{reason}, {GIVE_UP.days} days after the deadline")
        says = [_delayed(event, day, reason, deadline)] if now >= deadline else []
        return Wait(reason, after=self.look_again, says=says)


def _require_enough(found: int, before: Sequence[int | None], day: date, what: str) -> None:
    known = [count for count in before if count is not None]
    if len(known) >= FEWEST and found < ENOUGH * median(known):
        usual = f"{median(known):g} on the same weekday before"
        raise NotReady(f"only {found} {what} have usage on {day}: {usual}")


def _delayed(event: Event, day: date, reason: str, deadline: datetime) -> Event:
    data = DelayedData(day=day, reason=reason, deadline=deadline)
    return follow_up(event, DataDelayed, data, source="daybook.query", about=day)
