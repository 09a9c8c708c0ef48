"""What an audit looked at: everything that its checks decide by, and nothing that they could ask.

Days are UTC billing days, amounts exact, moments UTC.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise

from services.auditor.own import own_of
from services.auditor.unreadable import Unreadable
from shared.config_parts import Gap
from shared.currency import Display
from shared.day_record import DayVersion, PeriodRecord
from shared.days import ONE_DAY, Period, days_between
from shared.digest_claim import Claim
from shared.locations import BREAKDOWNS, OUTLOOKS, daily_digest_of, day_of_partition, partition
from shared.money import Amounts
from shared.outlook import Outlook
from shared.ports import ObjectInfo
from shared.staging import StagedPeriod

Table = str
Values = tuple[str, ...]
BREAKDOWN_TABLE, OUTLOOK_TABLE = "ou_breakdown", "ou_outlook"
FAR = timedelta(days=62)
"""Two months, for of a month there may be no more than an outlook."""
PREFIXES = {BREAKDOWN_TABLE: BREAKDOWNS, OUTLOOK_TABLE: OUTLOOKS}


@dataclass(frozen=True)
class Contents:
    """What a day's object holds; `trouble` says why it cannot be read as one."""

    sha256: str
    rows: int = 0
    totals: tuple[Amounts, ...] = ()
    sums: str = ""
    trouble: str = ""


@dataclass(frozen=True)
class Assessment:
    """What an outlook's object holds; `trouble` says why it cannot be read as one."""

    rows: tuple[Outlook, ...] = ()
    trouble: str = ""


@dataclass(frozen=True)
class Ingestion:
    """The newest SPICE ingestion of a data set."""

    id: str
    status: str


@dataclass(frozen=True)
class Queue:
    """A queue by its name: messages that wait, and messages that somebody works on."""

    name: str
    waiting: int
    in_hand: int = 0


@dataclass(frozen=True)
class Listed:
    """One look at the archive and everything around it."""

    now: datetime
    bucket: str
    through: date
    """The last day that must be there."""
    display: Display | None = None
    """What converts to the display currency, which outlooks are in where one is configured."""
    deadline: time | None = None
    """The time of day (UTC) by which somebody is told of yesterday; None where none is set."""
    gaps: tuple[Gap, ...] = ()
    """Days that were given up."""
    objects: tuple[ObjectInfo, ...] = ()
    """Everything below the breakdowns' prefix; those in a day's place with their metadata."""
    shared: Mapping[str, str] = field(default_factory=dict)
    """Checksums of the bytes of objects that are not alone in a day's place, by key."""
    outlooks: tuple[ObjectInfo, ...] = ()
    records: Mapping[date, DayVersion] = field(default_factory=dict)
    """What the ledger says of each day: the version in force. Years of all would not fit."""
    restated: frozenset[date] = frozenset()
    """Days that were written while they were looked at."""
    unreadable: tuple[str, ...] = ()
    """Keys of ledger documents that cannot be read."""
    periods: Mapping[Period, PeriodRecord] = field(default_factory=dict)
    staged: Mapping[Period, StagedPeriod] = field(default_factory=dict)
    """What the ledger's deliveries were staged as, where that is still there."""
    newest_staged: Mapping[Period, StagedPeriod] = field(default_factory=dict)
    """The newest commit that is staged for a period, where it is not the ledger's."""
    staging: tuple[ObjectInfo, ...] = ()
    partitions: Mapping[Table, Mapping[Values, str]] = field(default_factory=dict)
    assessed: Mapping[date, Assessment] = field(default_factory=dict)
    """The outlooks that were read: each month's newest."""
    claims: Mapping[str, Claim] = field(default_factory=dict)
    queues: tuple[Queue, ...] = ()
    ingestions: Mapping[str, Ingestion | None] = field(default_factory=dict)
    delivered: Mapping[Period, datetime] | None = None
    """When the export's months were delivered; None where it cannot be listed."""
    contents: Mapping[date, Contents] | None = None
    """What the days' objects hold; None for a light audit."""
    counted: Mapping[date, int] | None = None
    """Rows by day as the query engine counts them; None for a light audit, and without a count."""
    uncounted: str = ""
    """Why a full audit has no count."""

    @cached_property
    def by_day(self) -> Mapping[date, tuple[ObjectInfo, ...]]:
        """The objects in each day's partition."""
        found: dict[date, list[ObjectInfo]] = {}
        for item in self.objects:
            if day := day_of_partition(item.key):
                found.setdefault(day, []).append(item)
        return {day: tuple(items) for day, items in found.items()}

    @cached_property
    def known(self) -> tuple[date, ...]:
        """Every day that is archived or in the ledger, in order; not what lies astray."""
        recorded = self.records.keys() | self.unread.days
        return tuple(sorted((self.by_day.keys() - self.strays) | recorded))

    @cached_property
    def unread(self) -> Unreadable:
        """What is there and says nothing."""
        return Unreadable(self.unreadable)

    @cached_property
    def strays(self) -> frozenset[date]:
        """Days that no run names and whose object, outlook or partition was put there by mistake.

        Such are days to come, and days with nothing of any other near: a wrong year in a key. They
        say nothing of when the archive begins and ends.
        """
        vouched = self.records.keys() | self.unread.days | set(self._told())
        found = (self.by_day.keys() | self.with_outlook | set(self._with_a_partition())) - vouched
        lone = alone(found | vouched)
        return frozenset(day for day in found if day in lone or day > self.now.date())

    @cached_property
    def last(self) -> date:
        """The last day that there is or must be; no day to come is there yet."""
        over = (day for day in self.known if day <= self.now.date())
        return max((*over, self.through))

    @cached_property
    def first(self) -> date | None:
        """The first day that there is any trace of; None when there is none of any day."""
        return min(self._traces, default=None)

    @cached_property
    def _traces(self) -> frozenset[date]:
        """The days that anything names. Where one is lost, record and object are what is lost."""
        found = self.with_outlook | set(self._with_a_partition())
        traces = {*self.known, *self._told(), *(found - self.strays)}
        return frozenset(day for day in traces if day <= self.last)

    @property
    def newest_delivered(self) -> Period | None:
        """The newest month that the export holds; None where it holds none, or nobody knows."""
        return max(self.delivered or (), default=None)

    def reaches(self, day: date) -> bool:
        """Say whether the export is known to reach a day: a trace is as late, or a newer month."""
        newest = self.newest_delivered
        seen = max(self._traces, default=date.min)
        return day <= seen or (newest is not None and Period.of(day) < newest)

    @cached_property
    def with_outlook(self) -> frozenset[date]:
        """The days in whose place of the outlooks something lies."""
        return frozenset(day for item in self.outlooks if (day := day_of_partition(item.key)))

    def _told(self) -> Iterator[date]:
        """Yield the days that documents of the ledger name beside the days' own."""
        claims = (*self.claims, *self.unreadable)
        yield from (day for key in claims if (day := daily_digest_of(key)))
        # Which day a month began with its record does not say, only the last that was whole.
        through = (record.complete_through for record in self.periods.values())
        yield from (day for day in through if day)

    def _with_a_partition(self) -> Iterator[date]:
        """Yield the days whose partition points to their place: others are not Daybook's."""
        for table, places in self.partitions.items():
            for values, place in places.items():
                day = day_of(values)
                if day and place.rstrip("/") == self.place(table, day).rstrip("/"):
                    yield day

    def place(self, table: Table, day: date) -> str:
        """Return where a day's partition of a table has to point to."""
        return f"s3://{self.bucket}/{PREFIXES[table]}{partition(day)}"

    def expected(self) -> Iterator[date]:
        """Yield every day from the first that there is to the last that must be there.

        Of the days that were given up, those that are there all the same.
        """
        days = days_between(self.first, self.last) if self.first else ()
        yield from (day for day in days if not self.given_up(day))

    def expects(self, day: date) -> bool:
        """Say whether a day is one of those."""
        within = self.first is not None and self.first <= day <= self.last
        return within and not self.given_up(day)

    def given_up(self, day: date) -> bool:
        """Say whether a day is gone and nobody asks for it any more."""
        there = day in self.records or day in self.by_day
        return not there and any(gap.has(day) for gap in self.gaps)

    def own_object(self, day: date) -> ObjectInfo | None:
        """Return the object that is the day's; None where there is none, or nobody can tell."""
        return own_of(day, self.by_day.get(day, ()), self.records.get(day), self.shared)

    @property
    def own(self) -> Mapping[date, ObjectInfo]:
        """The days' own objects, of those days that have one."""
        found = ((day, self.own_object(day)) for day in self.by_day)
        return {day: item for day, item in found if item}

    def unvouched(self, day: date) -> bool:
        """Say whether no worker wrote what a day has, and the ledger does not know it either."""
        items = self.by_day.get(day, ())
        signed = any("sha256" in item.metadata for item in items)
        return day not in self.records and bool(items) and not signed

    @property
    def yesterday(self) -> date:
        """The day before the audit (UTC)."""
        return self.now.date() - ONE_DAY


def alone(days: AbstractSet[date]) -> frozenset[date]:
    """Return the days that are far from every other; of one alone there is nothing to say."""
    ordered = sorted(days)
    near = {day for pair in pairwise(ordered) if pair[1] - pair[0] <= FAR for day in pair}
    return frozenset(days - near) if len(days) > 1 else frozenset()


def values_of(day: date) -> Values:
    """Return the values of a day's partition."""
    return str(day.year), str(day.month), str(day.day)


def day_of(values: Sequence[object]) -> date | None:
    """Return the day that a partition's values name; None where they name none."""
    try:
        year, month, day = (int(str(value)) for value in values)
        return date(year, month, day)
    except ValueError:
        return None
