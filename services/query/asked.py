"""What an event asks the query worker for."""

from dataclasses import dataclass
from datetime import date

from shared.days import Period, day_before, periods_between
from shared.errors import Reject
from shared.events import BackfillRequested, DayReady, Event


@dataclass(frozen=True)
class Asked:
    """The part of a request that lies in one billing period."""

    period: Period
    first_day: date
    day: date
    notify: bool
    replay: bool


def month_before(tick: DayReady) -> Asked:
    """Return the whole billing period before the one that a tick asks for."""
    before = Period.of(tick.day).previous
    return Asked(before, before.last, before.last, notify=False, replay=False)


def asked_for(event: Event) -> list[Asked]:
    """Return what an event asks for, one entry per billing period, oldest first."""
    if isinstance(event, DayReady):
        day = day_before(event.time)
        return [Asked(Period.of(day), day, day, notify=True, replay=False)]
    if not isinstance(event, BackfillRequested):
        raise Reject(f"the query worker does not hear {event.type}")
    data = event.data
    return [
        Asked(
            period,
            max(data.first_day, period.first),
            min(data.last_day, period.last),
            notify=data.notify and period == Period.of(data.last_day),
            replay=True,
        )
        for period in periods_between(data.first_day, data.last_day)
    ]
