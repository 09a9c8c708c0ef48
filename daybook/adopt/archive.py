"""Plans the adoption of an archive, and carries the plan out: everything is read before a write."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from daybook.adopt.inspect import RUN, VERSION, inspected
from shared.archive import read_each
from shared.day_record import DayRecord, DayVersion, PeriodRecord
from shared.days import Period
from shared.errors import InputError
from shared.ledger import Ledger
from shared.locations import (
    BREAKDOWNS,
    DAY_RECORDS,
    OUTLOOKS,
    day_of_partition,
    day_of_record,
    day_record_key,
    is_data,
    period_record_key,
)
from shared.money import Amounts, add_amounts
from shared.ports import ObjectInfo, ObjectStore

STEP = 50
"""Days between two words of how far it is."""
Tell = Callable[[str], None]


class Partitions(Protocol):
    """The data catalog."""

    async def ensure(self, table: str, days: Sequence[date]) -> int:
        """Register each day's partition; return how many were made or mended."""


@dataclass(frozen=True)
class Plan:
    """What is to be adopted; `known` are days that the ledger has already."""

    days: dict[date, DayVersion]
    known: tuple[date, ...]

    @property
    def totals(self) -> tuple[Amounts, ...]:
        """What the days to be adopted add up to, by currency."""
        return add_amounts(part for version in self.days.values() for part in version.totals)

    @property
    def every_day(self) -> list[date]:
        """All days of the archive, in order."""
        return sorted({*self.days, *self.known})


@dataclass(frozen=True)
class Adoption:
    """Adopts what lies in one archive bucket, in `currency`."""

    store: ObjectStore
    currency: str
    tell: Tell

    async def plan(self) -> Plan:
        """Read every day that the ledger does not have.

        Raises InputError for the first object that is not a day in the layout; nothing is written.
        """
        objects = self._by_day(await self.store.list(BREAKDOWNS))
        listed = await self.store.list(DAY_RECORDS)
        recorded = {day for item in listed if (day := day_of_record(item.key))}
        wanted = sorted(objects.keys() - recorded)
        self.tell(f"{len(objects)} days are archived, {len(wanted)} of them not in the ledger")
        versions: dict[date, DayVersion] = {}
        for start in range(0, len(wanted), STEP):
            some = wanted[start : start + STEP]
            versions |= await read_each(some, lambda day: self._inspect(objects[day], day))
            self.tell(f"read {len(versions)} of {len(wanted)} days")
        return Plan(versions, tuple(sorted(objects.keys() & recorded)))

    async def carry_out(self, plan: Plan, partitions: Partitions) -> int:
        """Record the days, then their months, then the partitions; return how many of those.

        Whoever is interrupted does it again: what is recorded already is left alone.
        """
        for count, day in enumerate(sorted(plan.days), start=1):
            record = DayRecord(day=day, versions=(plan.days[day],))
            await Ledger(self.store).create(day_record_key(day), record)
            if count % STEP == 0 or count == len(plan.days):
                self.tell(f"recorded {count} of {len(plan.days)} days")
        for period, last in _last_days(plan.every_day).items():
            delivery = PeriodRecord(source_version=VERSION, run=RUN, complete_through=last)
            await Ledger(self.store).create(period_record_key(period), delivery)
        made = await partitions.ensure("ou_breakdown", plan.every_day)
        if assessed := await self._assessed():
            made += await partitions.ensure("ou_outlook", assessed)
        self.tell(f"registered {made} partitions")
        return made

    async def _assessed(self) -> list[date]:
        """Return the days that have an outlook: a catalog that was lost knows of none."""
        listed = await self.store.list(OUTLOOKS)
        return sorted({day for item in listed if (day := day_of_partition(item.key))})

    def _by_day(self, listed: Sequence[ObjectInfo]) -> dict[date, str]:
        """Return each day's key; raise InputError for an object in no day's place, or a second."""
        found: dict[date, str] = {}
        for item in listed:
            if not is_data(item.key):
                continue
            where, day = f"s3://{self.store.bucket}/{item.key}", day_of_partition(item.key)
            if day is None:
                remedy = "Move it to year=2026/month=6/day=3/ (no leading zeros), or out of the way"
                raise InputError(where, "lies in the place of no day", remedy)
            if day in found:
                remedy = "Leave one object a day: put their rows into one"
                raise InputError(where, f"is a second object of {day}, beside {found[day]}", remedy)
            found[day] = item.key
        return found

    async def _inspect(self, key: str, day: date) -> DayVersion:
        found = await self.store.get(key)
        if found is None:
            where = f"s3://{self.store.bucket}/{key}"
            raise InputError(where, "is gone meanwhile", "Try again when nobody writes there")
        return inspected(found, day, self.store.bucket, self.currency)


def _last_days(days: Sequence[date]) -> dict[Period, date]:
    last: dict[Period, date] = {}
    for day in days:
        last[Period.of(day)] = max(day, last.get(Period.of(day), day))
    return last
