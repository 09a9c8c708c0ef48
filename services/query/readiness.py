"""Whether a day's data is there: delivered, and covering the day; and what to do when it is not.

A manifest proves that files were delivered, not that they hold the whole day (`reach.py`). All
times are UTC.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from pydantic import Field

from services.query.delay import Since
from services.query.executions import Executions, NoExecutions, failure, under_way
from shared.days import ONE_DAY
from shared.errors import NotAnswered, Reject, Retry, Wait
from shared.event_data import shortened
from shared.events import DataDelayed, DayReady, DelayedData, Event, follow_up
from shared.frozen import Frozen
from shared.staging import StagedPeriod

LOOK_AGAIN = 900
"""Seconds between two looks; the longest delay of a message in SQS."""
REFRESH_DELAY = 600
"""Seconds until an export that is being replaced is looked at again."""
RETRY = 3600
"""Seconds between two looks for who does not wait: after five the dead-letter queue has it."""
GIVE_UP = timedelta(days=10)
"""After the day asked for: then the message goes to the dead-letter queue, which rings."""


class NotReady(Exception):  # noqa: N818 - a state, not a fault
    """The day's data is not there yet, or not all of it."""


class Refreshing(NotReady):
    """AWS is replacing its files at this moment."""


class Torn(NotReady):
    """Its files are of two deliveries, and stay so."""


class Looked(Frozen):
    """What was found wanting in a delivery, so that it need not be queried again."""

    version: str = Field(description="The delivery that was queried.")
    reason: str


@dataclass(frozen=True)
class Readiness:
    """The rule; without a `deadline`, a day is reported as far as it goes."""

    deadline: time | None
    executions: Executions = field(default_factory=NoExecutions)
    look_again: int = LOOK_AGAIN

    async def require_settled(self, delivered_at: datetime, now: datetime) -> tuple[str, ...]:
        """Raise NotReady while AWS makes a newer delivery; else return what is to be said of it.

        Who does not wait for a whole day does not wait for this either: no torn read comes of it.
        """
        try:
            known = await self.executions.known()
        except NotAnswered as silence:
            return (f"Whether AWS is refreshing the export is not known: {_silent(silence)}.",)
        coming = under_way(known, delivered_at, now)
        if coming and self.deadline is not None:
            raise NotReady(f"AWS is refreshing the export, {coming}")
        failed = failure(known)
        if failed is None or failed.created_at <= delivered_at:
            return ()
        return (f"AWS failed to refresh the export after this delivery, {failed}.",)

    async def trouble(self) -> str:
        """Return in words that AWS's newest attempt to refresh the export failed, if it did.

        Or that nobody knows: it is added to what is waited for, and ends no waiting.
        """
        try:
            failed = failure(await self.executions.known())
        except NotAnswered as silence:
            return f"; {_silent(silence)}"
        return f"; AWS failed to refresh it, {failed}" if failed else ""

    def require(self, staged: StagedPeriod, day: date, lacking: str, *, digest: bool) -> None:
        """Raise NotReady, saying why, unless the staged period covers the day.

        `lacking` says why it reaches no further. Where no digest is asked for, it is enough that
        the day is reached.
        """
        if day not in {staged_day.day for staged_day in staged.days}:
            raise NotReady(f"the export does not reach {day} yet")
        if self.deadline is None or not digest:
            return
        through = staged.complete_through
        if through is None or through < day:
            about_it = lacking and (through is None or through + ONE_DAY == day)
            raise NotReady(lacking if about_it else f"usage of {day} is still being delivered")

    def is_due(self, event: Event, day: date, now: datetime) -> bool:
        """Say whether somebody waits for the day, and the deadline is there."""
        deadline = self._deadline(event, day, now)
        return deadline is not None and now >= deadline

    def later(
        self, event: Event, day: date, late: NotReady, now: datetime, known: Since | None = None
    ) -> Exception:
        """Return what the loop is to do: come back, and from the deadline on, tell of the delay."""
        again = REFRESH_DELAY if isinstance(late, Refreshing) else self.look_again
        deadline = self._deadline(event, day, now)
        if deadline is None:
            return self._later_unawaited(event, late, now)
        if now > deadline + GIVE_UP:
            return Reject(f"{late}, {GIVE_UP.days} days after the deadline")
        due = now >= deadline
        says = [_delayed(event, day, str(late), deadline, known or Since())] if due else []
        return Wait(str(late), after=again, says=says)

    def _deadline(self, event: Event, day: date, now: datetime) -> datetime | None:
        """Return when a day that is waited for is due; None for one that is not."""
        if not isinstance(event, DayReady) or self.deadline is None:
            return None
        return datetime.combine(day + timedelta(days=1), self.deadline, tzinfo=now.tzinfo)

    def _later_unawaited(self, event: Event, late: NotReady, now: datetime) -> Exception:
        """Nobody is told of the delay: a refresh is waited for, anything else soon given up."""
        if not isinstance(late, Refreshing):
            return Retry(str(late), after=RETRY)
        if now > event.time + GIVE_UP:
            return Reject(f"{late}, {GIVE_UP.days} days after it was asked for")
        return Wait(str(late), after=REFRESH_DELAY)


def _silent(silence: NotAnswered) -> str:
    return f"AWS Data Exports did not answer ({silence})"


def _delayed(event: Event, day: date, reason: str, deadline: datetime, known: Since) -> Event:
    data = DelayedData(
        day=day,
        reason=shortened(reason),
        deadline=deadline,
        complete_through=known.complete_through,
        delivered_at=known.delivered_at,
    )
    return follow_up(event, DataDelayed, data, source="daybook.query", about=day)
