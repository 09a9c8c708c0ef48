"""Days and billing periods. Every day is a UTC calendar day, as AWS dates usage."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

ONE_DAY = timedelta(days=1)
GAP = 7
"""Missing days in a row that end a history: what lies before is another world."""


@dataclass(frozen=True, order=True)
class Period:
    """A billing period: one calendar month in UTC, written `YYYY-MM`."""

    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> "Period":
        """Return the period that a day is billed in."""
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read `YYYY-MM`; raise ValueError for anything else."""
        if not isinstance(text, str):
            raise ValueError("a billing period is text (YYYY-MM)")  # noqa: TRY004 - pydantic's rule
        first = datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC)
        if first.strftime("%Y-%m") != text:
            raise ValueError(f"{text!r} is not a billing period (YYYY-MM)")
        return cls(first.year, first.month)

    @property
    def first(self) -> date:
        """The first day of the month."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """The last day of the month."""
        return date(self.year, self.month, monthrange(self.year, self.month)[1])

    @property
    def next(self) -> "Period":
        """The month after this one."""
        return Period(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def previous(self) -> "Period":
        """The month before this one."""
        return Period(self.year - (self.month == 1), (self.month - 2) % 12 + 1)

    @property
    def length(self) -> int:
        """The number of days in the month."""
        return self.last.day

    def days(self, until: date | None = None) -> Iterator[date]:
        """Yield the days of the month in order, up to and including `until`."""
        return days_between(self.first, min(self.last, until or self.last))

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source: Any, _handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Travel as `YYYY-MM` in JSON."""
        return core_schema.no_info_plain_validator_function(
            lambda value: value if isinstance(value, cls) else cls.parse(value),
            serialization=core_schema.to_string_ser_schema(),
            json_schema_input_schema=core_schema.str_schema(pattern=r"^\d{4}-(0[1-9]|1[0-2])$"),
        )


def days_between(first: date, last: date) -> Iterator[date]:
    """Yield every day from `first` to `last`, both included."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def periods_between(first: date, last: date) -> Iterator[Period]:
    """Yield every billing period that holds a day from `first` to `last`, both included."""
    period, end = Period.of(first), Period.of(last)
    while period <= end:
        yield period
        period = period.next


def count_periods(first: date, last: date) -> int:
    """Count the billing periods that hold a day from `first` to `last`, both included."""
    return (last.year - first.year) * 12 + last.month - first.month + 1


def day_before(moment: datetime) -> date:
    """Return the UTC day before the one that `moment` (aware) lies in.

    The tick of day D reports day D-1, however late it is delivered. Raises ValueError where the
    calendar ends.
    """
    try:
        return moment.astimezone(UTC).date() - ONE_DAY
    except OverflowError:
        raise ValueError(f"there is no UTC day before {moment}") from None
