"""How far a delivery reaches: the last day whose usage it holds in whole. All times are UTC.

AWS delivers a day's usage over the day that follows, one service sooner than another (AWS Cost and
Usage Reports User Guide, "What are AWS Cost and Usage Reports?"). So the newest day with usage is
never whole, the one before it is when it looks as days usually do, and older ones are. A month's
last day has none after it: it is whole when it looks so once the next month is delivered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from shared.day_record import DayRecord, DayVersion
from shared.days import ONE_DAY
from shared.ledger import Ledger
from shared.locations import day_record_key
from shared.ports import ObjectStore
from shared.staging import StagedDay

WEEKS = 4
SETTLED = timedelta(days=2)
"""After the end of a month: what is delivered later holds all of its usage."""
FEWEST = 2
"""Earlier days of the same weekday that make a usual day."""
DAYS_BEFORE = 7
FEWEST_BEFORE = 3
"""Days of the same delivery that make one, until there are weekdays enough."""
ENOUGH = 0.8
"""Share of the usual accounts and services that a day must have."""


@dataclass(frozen=True)
class Reach:
    """The last whole day, if any is; `lacking` says of the day after it why it is not."""

    through: date | None
    lacking: str = ""


def day_in_question(
    days: Sequence[StagedDay], delivered: date, closing: date | None = None
) -> date | None:
    """Return the day before the newest one with usage; None when that is the month's first.

    A delivery cannot hold usage of days after it: lines dated later, such as those of prepaid
    services, do not say how far it reaches. `closing` is the month's last day, given when the
    next month has begun to be delivered: no day can follow it, so it is asked about itself.
    """
    metered = [day.day for day in days if day.last_hour is not None and day.day <= delivered]
    newest = max(metered, default=None)
    if newest and newest == closing:
        return newest
    return newest - ONE_DAY if newest and newest.day > 1 else None


def reach(
    days: Sequence[StagedDay],
    delivered: date,
    weekdays: Sequence[DayVersion] = (),
    closing: date | None = None,
) -> Reach:
    """Return how far the staged days of an open month reach.

    `weekdays` are the earlier days of the weekday of the day in question, as far as known.
    """
    last = day_in_question(days, delivered, closing)
    if last is None:
        return Reach(None)
    hours = {day.day: day.last_hour for day in days if day.last_hour is not None}
    staged = {day.day: day for day in days}
    lacking = _unlike(staged.get(last), weekdays, last, hours)
    return Reach(last - ONE_DAY if last.day > 1 else None, lacking) if lacking else Reach(last)


async def weekdays_before(store: ObjectStore, day: date) -> list[DayVersion]:
    """Return what is archived of the same weekday in the weeks before."""
    weeks = [day - timedelta(weeks=number) for number in range(1, WEEKS + 1)]
    entries = [await Ledger(store).read(day_record_key(week), DayRecord) for week in weeks]
    return [entry.doc.newest for entry in entries if entry]


def _unlike(
    staged: StagedDay | None, weekdays: Sequence[DayVersion], day: date, hours: Mapping[date, int]
) -> str:
    """Return in words what a day lacks that such days usually have; nothing when it is whole."""
    found = staged or StagedDay(day=day, keys=(), rows=0, totals=())
    return (
        _ends_early(found, weekdays, hours)
        or _few(found.accounts, [week.accounts for week in weekdays], day, "accounts")
        or _few(found.services, [week.services for week in weekdays], day, "services")
    )


def _ends_early(day: StagedDay, weekdays: Sequence[DayVersion], hours: Mapping[date, int]) -> str:
    usual = [week.last_hour for week in weekdays if week.last_hour is not None]
    if len(usual) < FEWEST:
        before = (day.day - timedelta(days=n) for n in range(1, DAYS_BEFORE + 1))
        usual = [hours[one] for one in before if one in hours]
        if len(usual) < FEWEST_BEFORE:
            return ""
    if day.last_hour is not None and day.last_hour >= min(usual):
        return ""
    until = "there is none" if day.last_hour is None else f"it ends at {day.last_hour:02d}:59"
    return (
        f"usage of {day.day} is still being delivered: {until}, "
        f"and on such days at {min(usual):02d}:59 or later"
    )


def _few(found: int, before: Sequence[int | None], day: date, what: str) -> str:
    known = [count for count in before if count is not None]
    if len(known) < FEWEST or found >= ENOUGH * median(known):
        return ""
    usual = f"{median(known):g} on the same weekday before"
    return f"only {found} {what} have usage on {day}: {usual}"
