"""Archives a period's days: writes what is new or changed, and nothing else."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from services.archiver.adopted import not_adopted, other_names, standing_days
from services.archiver.compare import CompareCosts
from services.archiver.day_archive import DayArchive, require_month
from shared.breakdown import amounts_of
from shared.cost_check import CostCheck
from shared.day_record import PeriodRecord
from shared.days import Period
from shared.errors import MismatchError, Reject
from shared.events import (
    ArchivedData,
    ArchivedDay,
    Event,
    PeriodArchived,
    PeriodQueried,
    Reference,
    follow_up,
)
from shared.lease import Lease
from shared.ledger import Ledger
from shared.locations import (
    day_of_record,
    day_records_prefix,
    drivers_key,
    period_record_key,
    split_uri,
)
from shared.money import Amounts
from shared.newest import Contender, write_newest
from shared.parquet import from_parquet, sha256
from shared.ports import ObjectStore
from shared.staging import StagedDay, StagedPeriod

SOURCE = "daybook.archiver"


class Archived(NamedTuple):
    """A period's days, and what is to be known of them."""

    days: tuple[ArchivedDay, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ArchivePeriod:
    """The archiver's handler; `metric` is the cost that DailyCost shows."""

    store: ObjectStore
    metric: str
    compare: CompareCosts | None = None

    async def __call__(self, event: Event, _: Lease) -> Sequence[Event]:
        """Archive every staged day of the period."""
        if not isinstance(event, PeriodQueried):
            raise Reject(f"the archiver does not hear {event.type}")
        days, notes = await self._archive(event)
        compared = await self._compared(event)
        kept = event.data.model_dump(exclude={"staging", "bytes_scanned", "notes"})
        return [
            follow_up(
                event,
                PeriodArchived,
                ArchivedData(
                    **kept,
                    notes=(*event.data.notes, *notes),
                    bucket=self.store.bucket,
                    days=days,
                    compared=compared,
                ),
                source=SOURCE,
                about=event.data.period,
            )
        ]

    async def _compared(self, event: PeriodQueried) -> CostCheck | None:
        """Ask AWS elsewhere what the period cost, once a tick; who asks for days anew pays not."""
        data = event.data
        if self.compare is None or data.replay:
            return None
        staged = await self._staged(data.staging)
        delivered = data.source_version.partition("/")[0]
        return await self.compare.check(event.runid, data.day, delivered, staged.invoices)

    async def _archive(self, event: PeriodQueried) -> Archived:
        """Archive the newest delivery there is, whosever it is, until none has come meanwhile.

        A newer delivery whose day is as it was writes nothing, so nothing stops an older one that
        is being archived at the same time. Therefore whoever finds that a newer one has begun
        since does that one's work again after its own: the last to write has always written the
        newest.
        """
        data = event.data
        ours = PeriodRecord(
            source_version=data.source_version,
            run=event.runid,
            staging=data.staging,
            complete_through=data.complete_through,
            final=data.final,
        )
        begun = await self._begin(data.period, ours)
        days, notes = await self._days(data.period, begun)
        while (newest := await self._begin(data.period, ours)) != begun:
            begun = newest
            days, notes = await self._days(data.period, begun)
        if begun != ours:
            days = tuple(day.model_copy(update={"outcome": "superseded"}) for day in days)
        return Archived(days, notes)

    async def _begin(self, period: Period, ours: PeriodRecord) -> PeriodRecord:
        """Put our delivery down as the period's newest, unless a newer one is; return which is."""

        def newer(known: PeriodRecord | None) -> PeriodRecord:
            return max((known or ours, ours), key=lambda record: record.order)

        return await Ledger(self.store).update(period_record_key(period), PeriodRecord, newer)

    async def _days(self, period: Period, delivery: PeriodRecord) -> Archived:
        """Write a period's days: all of them add up to the export before one is written."""
        archive = DayArchive(self.store, self.metric)
        staged = await self._staged(delivery.staging)
        staged_days = await self._staged_days(period, staged)
        kept = await standing_days(self.store, [day.day for day in staged_days if not day.keys])
        prepared = [await archive.prepare(day) for day in staged_days if day.day not in kept]
        require_month(prepared, staged)
        drivers = await self._drivers(staged)
        names = await other_names(self.store, period, [ready.day for ready in prepared])
        written = [await archive.write(ready, delivery, names) for ready in prepared]
        if drivers:
            ours = Contender(*drivers, delivery.source_version, delivery.run)
            await write_newest(self.store, drivers_key(period), ours)
        known = [day for day in kept.values() if day]
        days = sorted([*written, *known], key=lambda archived: archived.day)
        return Archived(tuple(days), not_adopted([day for day in kept if kept[day] is None]))

    async def _drivers(self, staged: StagedPeriod) -> tuple[bytes, int] | None:
        """Return the staged object of what drives the cost, and its rows: it must add up, too."""
        if staged.drivers is None:
            return None
        body = await self._read(staged.drivers)
        table = await asyncio.to_thread(from_parquet, body)
        if _by_currency(amounts_of(table)) != _by_currency(staged.totals):
            raise MismatchError(
                f"what drives the cost of {staged.period} adds up to {amounts_of(table)}, "
                f"the export to {staged.totals}"
            )
        return body, table.num_rows

    async def _staged(self, staging: Reference | None) -> StagedPeriod:
        if staging is None:
            raise Reject("what was adopted is not staged")
        return StagedPeriod.model_validate_json(await self._read(staging))

    async def _read(self, said: Reference) -> bytes:
        _, key = split_uri(said.uri)
        found = await self.store.get(key)
        if found is None:
            raise Reject(f"{said.uri} is gone: ask for a backfill")
        if sha256(found.body) != said.sha256:
            raise MismatchError(f"{said.uri} is not what the event says")
        return found.body

    async def _staged_days(self, period: Period, staged: StagedPeriod) -> list[StagedDay]:
        """Return the staged days, and as empty those that were archived but have no lines now."""
        by_day = {day.day: day for day in staged.days}
        for known in await self.store.list(day_records_prefix(period)):
            if day := day_of_record(known.key):
                by_day.setdefault(day, StagedDay(day=day, keys=(), rows=0, totals=()))
        return [by_day[day] for day in sorted(by_day)]


def _by_currency(amounts: Iterable[Amounts]) -> dict[str, Amounts]:
    """Return amounts by currency, without those of nothing: what costs nothing is no driver."""
    return {part.currency: part for part in amounts if any(_stated(part))}


def _stated(part: Amounts) -> tuple[Decimal | None, ...]:
    return part.unblended, part.amortized, part.net_unblended, part.net_amortized
