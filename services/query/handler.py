"""Turns a tick or a backfill into one staged query per billing period."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import structlog

from services.query.asked import Asked, asked_for
from services.query.changes import record_changes
from services.query.engine import QueryEngine, QueryResult
from services.query.export import Export
from services.query.manifest import STAMP
from services.query.organization import organization_table
from services.query.organization_source import KnownOrganization, OrganizationSource
from services.query.readiness import Looked, NotReady, Readiness
from services.query.snapshot import Snapshot
from shared.day_record import PeriodRecord
from shared.days import Period
from shared.errors import Conflict, InputError, MismatchError, Reject, Wait
from shared.events import (
    DayReady,
    Event,
    PeriodQueried,
    QueriedData,
    Reference,
    follow_up,
)
from shared.lease import Lease
from shared.ledger import Ledger
from shared.locations import period_record_key, staging_prefix
from shared.money import add_amounts
from shared.parquet import sha256
from shared.ports import ObjectStore
from shared.staging import StagedDay, StagedPeriod, UsedOrganization

SOURCE = "daybook.query"
LOOKED = "not-ready.json"
REFRESH_DELAY = 600
"""Seconds until an export that is being replaced is looked at again."""
log = structlog.get_logger()


@dataclass(frozen=True)
class QueryPeriods:
    """The query worker's handler."""

    export: Export
    engine: QueryEngine
    organization: OrganizationSource
    store: ObjectStore
    readiness: Readiness

    async def __call__(self, event: Event, lease: Lease) -> Sequence[Event]:
        """Stage every billing period that the event asks for."""
        try:
            wanted = await self._wanted(event)
            # Before all else: what AWS Organizations says today cannot be asked for tomorrow.
            await self.organization.observe(event.runid, lease)
            return [await self._staged_event(event, asked, lease) for asked in wanted]
        except InputError as error:
            raise Reject(str(error)) from error

    async def _wanted(self, event: Event) -> list[Asked]:
        """Return what is asked for, and with a tick the month before when it was restated.

        Credits, support fees and the invoice come after a month's end: as long as AWS delivers
        it anew, it is read anew.
        """
        wanted = asked_for(event)
        if isinstance(event, DayReady):
            before = wanted[0].period.previous
            if await self._restated(before):
                last = before.last
                wanted.insert(0, Asked(before, last, last, notify=False, replay=False))
        return wanted

    async def _restated(self, period: Period) -> bool:
        """Say whether an archived period was delivered anew since."""
        entry = await Ledger(self.store).read(period_record_key(period), PeriodRecord)
        if entry is None:
            return False
        delivery = await self.export.delivery(period)
        return delivery is not None and delivery.version != entry.doc.delivery

    async def _staged_event(self, event: Event, asked: Asked, lease: Lease) -> Event:
        try:
            return await self._stage(event, asked, lease)
        except NotReady as late:
            later = self.readiness.later(event, asked.day, str(late), datetime.now(UTC))
            raise later from late

    async def _stage(self, event: Event, asked: Asked, lease: Lease) -> Event:
        prefix = staging_prefix(event.runid, asked.period)
        body = await self._staged(prefix) or await self._query(asked, prefix, lease)
        staged = StagedPeriod.model_validate_json(body)
        return follow_up(
            event,
            PeriodQueried,
            QueriedData(
                period=asked.period,
                first_day=asked.first_day,
                day=asked.day,
                notify=asked.notify,
                replay=asked.replay,
                source_version=staged.source_version,
                complete_through=staged.complete_through,
                rows=staged.rows,
                totals=staged.totals,
                unknown_types=staged.unknown_types,
                notes=staged.notes,
                accounts=staged.organization.changes if staged.organization else None,
                staging=Reference(
                    uri=f"s3://{self.store.bucket}/{prefix}manifest.json", sha256=sha256(body)
                ),
                bytes_scanned=staged.bytes_scanned,
                query_cost=staged.query_cost,
            ),
            source=SOURCE,
            about=asked.period,
        )

    async def _staged(self, prefix: str) -> bytes | None:
        """Return what an earlier attempt of this run finished: the manifest is its commit."""
        found = await self.store.get(f"{prefix}manifest.json")
        return found.body if found else None

    async def _query(self, asked: Asked, prefix: str, lease: Lease) -> bytes:
        before = await self._snapshot(asked.period)
        await self._looked(prefix, before)
        organization = await self.organization.read()
        result = await self._read(before, organization, prefix, lease)
        staged = _describe(before, result, followed=await self._followed(asked.period))
        await self._require(staged, asked, prefix, before)
        log.info("queried", period=str(asked.period), lines=staged.lines, rows=staged.rows)
        used = await self._used(organization, asked.day)
        staged = staged.model_copy(update={"organization": used})
        return await self._commit(prefix, staged.model_dump_json().encode())

    async def _snapshot(self, period: Period) -> Snapshot:
        """Return what is delivered, unless it is just being replaced."""
        found = await self.export.snapshot(period)
        if found is None:
            raise NotReady(f"no export of {period} is delivered yet")
        if newer := found.being_refreshed(datetime.now(UTC)):
            raise Wait(f"{newer} is newer than its manifest", after=REFRESH_DELAY)
        return found

    async def _looked(self, prefix: str, before: Snapshot) -> None:
        """Raise NotReady again for a delivery that was queried before and found wanting."""
        entry = await Ledger(self.store).read(f"{prefix}{LOOKED}", Looked)
        if entry and entry.doc.version == before.delivery.version:
            raise NotReady(entry.doc.reason)

    async def _require(
        self, staged: StagedPeriod, asked: Asked, prefix: str, before: Snapshot
    ) -> None:
        try:
            await self.readiness.require(staged, asked.day, digest=asked.notify)
        except NotReady as late:
            looked = Looked(version=before.delivery.version, reason=str(late))
            await self.store.put(f"{prefix}{LOOKED}", looked.model_dump_json().encode())
            raise

    async def _read(
        self, before: Snapshot, organization: KnownOrganization, prefix: str, lease: Lease
    ) -> QueryResult:
        """Query a delivery that is the same afterwards: no half of it was replaced meanwhile."""
        attempt = f"{prefix}attempt={uuid.uuid4()}/"
        table = organization_table(organization.placements)
        try:
            stage = self.engine.stage(before.delivery, table, attempt, lease.message)
            result = await lease.hold(stage)
            _check(result)
        except (InputError, MismatchError):
            await self._same(before)  # else the fault is the refresh, not the file
            raise
        await self._same(before)
        return result

    async def _same(self, before: Snapshot) -> None:
        period = before.delivery.period
        if await self.export.snapshot(period) != before:
            raise Wait(
                f"the export of {period} was replaced while it was read", after=REFRESH_DELAY
            )

    async def _used(self, organization: KnownOrganization, day: date) -> UsedOrganization:
        return UsedOrganization(
            source=organization.source,
            sha256=organization.sha256,
            changes=await record_changes(self.store, organization, day),
        )

    async def _followed(self, period: Period) -> bool:
        return await self.export.delivery(period.next) is not None

    async def _commit(self, prefix: str, body: bytes) -> bytes:
        """Write the manifest once; a twin that was faster is right as well."""
        try:
            await self.store.create(f"{prefix}manifest.json", body)
        except Conflict:
            if twin := await self._staged(prefix):
                return twin
            raise
        return body


def _check(result: QueryResult) -> None:
    """Refuse a breakdown that does not add up to the line items it was made of."""
    broken_down = add_amounts(amounts for day in result.days for amounts in day.totals)
    if broken_down != result.control.totals:
        raise MismatchError(
            f"breakdown totals {broken_down} differ from the export's {result.control.totals}"
        )


def _describe(snapshot: Snapshot, result: QueryResult, *, followed: bool) -> StagedPeriod:
    delivery = snapshot.delivery
    complete_through = result.control.complete_through(delivery.period, followed=followed)
    return StagedPeriod(
        period=delivery.period,
        source_version=f"{delivery.version}/{datetime.now(UTC):{STAMP}}",
        delivered_at=delivery.delivered_at,
        lines=result.control.lines,
        bytes_scanned=result.bytes_scanned,
        query_cost=result.cost,
        complete_through=complete_through,
        totals=result.control.totals,
        days=_without_gaps(delivery.period, result.days, complete_through),
        unknown_types=dict(result.control.unknown_types),
        notes=(*delivery.notes, *snapshot.notes, *result.control.notes),
    )


def _without_gaps(
    period: Period, days: tuple[StagedDay, ...], complete_through: date | None
) -> tuple[StagedDay, ...]:
    """Add the days that have no line: on a day that is delivered whole, that is a cost of zero."""
    by_day = {day.day: day for day in days}
    reach = max((*by_day, *([complete_through] if complete_through else [])), default=None)
    if reach is None:
        return ()
    return tuple(
        by_day.get(day) or StagedDay(day=day, keys=(), rows=0, totals=())
        for day in period.days(until=reach)
    )
