"""What an event asks the query worker for."""

from dataclasses import dataclass
from datetime import date

from shared.days import Period, count_periods, day_before, periods_between
from shared.errors import Reject
from shared.events import (
    MOST_PERIODS,
    BackfillData,
    BackfillRequested,
    Batch,
    DayReady,
    Event,
    follow_up,
)

SOURCE = "daybook.query"


@dataclass(frozen=True)
class Asked:
    """The part of a request that lies in one billing period."""

    period: Period
    first_day: date
    day: date
    notify: bool
    batch: Batch | None = None


def month_before(tick: DayReady) -> Asked:
    """Return the whole billing period before the one that a tick asks for."""
    before = Period.of(tick.day).previous
    return Asked(before, before.last, before.last, notify=False)


def split(event: Event) -> list[Event]:
    """Return a backfill of several billing periods as one request each, oldest first; else none.

    Each is a message of its own, with tries of its own: what one month meets with holds no other
    back, and a worker that dies repeats one scan and not all. Raises Reject for more than ten
    years.
    """
    if not isinstance(event, BackfillRequested):
        return []
    data = event.data
    if count_periods(data.first_day, data.last_day) > MOST_PERIODS:
        raise Reject(f"more than {MOST_PERIODS} billing periods are asked for: ask for fewer")
    periods = list(periods_between(data.first_day, data.last_day))
    if len(periods) == 1:
        return []
    return [
        follow_up(
            event, BackfillRequested, _part(data, periods, period), source=SOURCE, about=period
        )
        for period in periods
    ]


def _part(data: BackfillData, periods: list[Period], period: Period) -> BackfillData:
    return data.model_copy(
        update={
            "first_day": max(data.first_day, period.first),
            "last_day": min(data.last_day, period.last),
            "notify": data.notify and period == periods[-1],
            "part": periods.index(period) + 1,
            "of": len(periods),
        }
    )


def asked_for(event: Event) -> Asked:
    """Return what an event asks for; it lies in one billing period (see `split`)."""
    if isinstance(event, DayReady):
        day = day_before(event.time)
        return Asked(Period.of(day), day, day, notify=True)
    if not isinstance(event, BackfillRequested):
        raise Reject(f"the query worker does not hear {event.type}")
    data = event.data
    batch = Batch(
        part=data.part,
        of=data.of,
        reason=data.reason,
        requested_by=data.requested_by,
        only=data.only,
    )
    period = Period.of(data.last_day)
    return Asked(period, data.first_day, data.last_day, notify=data.notify, batch=batch)
