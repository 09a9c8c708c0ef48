"""Days and billing periods of the export; all of them UTC."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

ONE_DAY = timedelta(days=1)
HOURS_IN_DAY = 24


def midnight(day: date) -> datetime:
    """The first moment of `day` in UTC, without a zone as the export stores its times."""
    return datetime.combine(day, time.min)


def first_of_month(day: date) -> date:
    """The first day of the month that `day` is in."""
    return day.replace(day=1)


def next_month(day: date) -> date:
    """The first day of the month after the one that `day` is in."""
    return (first_of_month(day) + 31 * ONE_DAY).replace(day=1)


def days_between(first: date, end: date) -> Iterator[date]:
    """Every day from `first` up to, not including, `end`."""
    return (first + offset * ONE_DAY for offset in range((end - first).days))


def days_of_month(day: date) -> Iterator[date]:
    """Every day of the month that `day` is in."""
    return days_between(first_of_month(day), next_month(day))


@dataclass(frozen=True)
class DeliveredDay:
    """A UTC day as far as the export has it: its first `hours` hours."""

    day: date
    hours: int = HOURS_IN_DAY

    @property
    def share(self) -> float:
        """The part of the day that is delivered, from 0 to 1."""
        return self.hours / HOURS_IN_DAY

    @property
    def end(self) -> datetime:
        """The end of the delivered part, exclusive, in UTC."""
        return midnight(self.day) + timedelta(hours=self.hours)


@dataclass(frozen=True)
class BillingPeriod:
    """A calendar month of the bill; closed once it is invoiced."""

    start: date
    closed: bool

    @property
    def end(self) -> date:
        """The first day after the period."""
        return next_month(self.start)

    @property
    def name(self) -> str:
        """The period as folders spell it: `YYYY-MM`."""
        return f"{self.start:%Y-%m}"
