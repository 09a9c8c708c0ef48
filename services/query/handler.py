"""Turns a tick or a backfill into one staged query per billing period."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import structlog

from services.query.asked import SOURCE, Asked, asked_for, split
from services.query.budget_gaps import budget_gaps
from services.query.budget_source import BudgetSource, WrittenBudgets
from services.query.budgets import budgets_of_nothing
from services.query.changes import record_changes
from services.query.delay import since
from services.query.engine import QueryEngine, QueryResult
from services.query.export import Export
from services.query.manifest import STAMP, Delivery
from services.query.month_before import MonthBefore
from services.query.notes import bounded
from services.query.organization import organization_table
from services.query.organization_source import KnownOrganization, OrganizationSource
from services.query.reach import SETTLED, Reach, day_in_question, reach, weekdays_before
from services.query.readiness import Looked, NotReady, Readiness, Refreshing, Torn
from services.query.reconciled import require_month
from services.query.snapshot import Snapshot
from shared.days import Period
from shared.errors import Conflict, InputError, MismatchError, Reject
from shared.events import (
    Event,
    PeriodQueried,
    QueriedData,
    Reference,
    follow_up,
)
from shared.lease import Lease
from shared.ledger import Ledger
from shared.locations import staging_prefix
from shared.parquet import sha256
from shared.ports import AlarmBell, Message, ObjectStore
from shared.staging import StagedDay, StagedPeriod, UsedOrganization

LOOKED = "not-ready.json"
log = structlog.get_logger()


@dataclass(frozen=True)
class QueryPeriods:
    """The query worker's handler; `display` is the currency of the lights, empty: as billed."""

    export: Export
    engine: QueryEngine
    organization: OrganizationSource
    store: ObjectStore
    readiness: Readiness
    bell: AlarmBell
    budgets: BudgetSource = field(default_factory=WrittenBudgets)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    display: str = ""

    async def __call__(self, event: Event, lease: Lease) -> Sequence[Event]:
        """Stage the billing period that the event asks for, and with a tick the month before."""
        if parts := split(event):
            return parts
        asked = asked_for(event)
        try:
            # Before all else: what AWS says of today cannot be asked for tomorrow.
            await self.organization.observe(event.runid)
            await self.budgets.observe(event.runid)
            said = await self._staged_event(event, asked, lease.message)
        except InputError as error:
            raise Reject(str(error)) from error
        # After today, which no trouble of the month before may hold back; told before today, so
        # that today's digest can say what changed in it.
        before = MonthBefore(self.export, self.store, self.bell)
        return [*await before.read(event, lease.message, self._stage), said]

    async def _staged_event(self, event: Event, asked: Asked, message: Message) -> Event:
        try:
            return await self._stage(event, asked, message)
        except NotReady as late:
            why, now = type(late)(f"{late}{await self.readiness.trouble()}"), self.now()
            due = self.readiness.is_due(event, asked.day, now)
            known = await since(self.export, self.store, asked.day) if due else None
            raise self.readiness.later(event, asked.day, why, now, known) from late

    async def _stage(self, event: Event, asked: Asked, message: Message) -> Event:
        prefix = staging_prefix(event.runid, asked.period)
        body = await self._staged(prefix) or await self._query(asked, prefix, message)
        staged = StagedPeriod.model_validate_json(body)
        return follow_up(
            event,
            PeriodQueried,
            QueriedData(
                period=asked.period,
                first_day=asked.first_day,
                day=asked.day,
                notify=asked.notify,
                replay=asked.batch is not None,
                batch=asked.batch,
                source_version=staged.source_version,
                complete_through=staged.complete_through,
                final=staged.final,
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

    async def _query(self, asked: Asked, prefix: str, message: Message) -> bytes:
        before = await self._snapshot(asked.period)
        await self._looked(prefix, before)
        notes = await self._settled(asked, before)
        organization = await self.organization.read()
        result = await self._read(before, organization, prefix, message)
        reached = await self._reach(before.delivery, result)
        staged = _describe(before, result, self.now(), reached.through)
        await self._require(staged, asked, prefix, before, reached.lacking)
        log.info("queried", period=str(asked.period), lines=staged.lines, rows=staged.rows)
        used = await self._used(organization, asked)
        billed = {total.currency for total in staged.totals}
        of_budgets = await self._of_budgets(organization, asked.day, billed)
        told = bounded([*staged.notes, *notes, *of_budgets])
        staged = staged.model_copy(update={"organization": used, "notes": told})
        return await self._commit(prefix, staged.model_dump_json().encode())

    async def _settled(self, asked: Asked, before: Snapshot) -> tuple[str, ...]:
        """Ask AWS what it is doing to the export, where a digest depends on it."""
        if not asked.notify:
            return ()
        return await self.readiness.require_settled(before.delivery.delivered_at, self.now())

    async def _of_budgets(
        self, organization: KnownOrganization, day: date, billed: set[str]
    ) -> list[str]:
        """Return what a reader must know of the budgets: what they do not say themselves."""
        budgets = await self.budgets.read()
        lost = budgets_of_nothing(budgets.known, organization.placements, day)
        for sentence in lost:
            log.warning("budget-of-nothing", problem=sentence)
        said = budgets.notes(organization.placements, day)
        currencies = {self.display} if self.display else billed
        gaps = budget_gaps(budgets.known, organization.placements, day, currencies)
        return [*lost, *said, *gaps]

    async def _snapshot(self, period: Period) -> Snapshot:
        """Return what is delivered, unless it is just being replaced."""
        found = await self.export.snapshot(period)
        if found is None:
            raise NotReady(f"no export of {period} is delivered yet")
        if newer := found.being_refreshed(self.now()):
            raise Refreshing(f"{newer} is newer than its manifest")
        if torn := found.left_torn(self.now()):
            raise Torn(torn)
        return found

    async def _looked(self, prefix: str, before: Snapshot) -> None:
        """Raise NotReady again for a delivery that was queried before and found wanting."""
        entry = await Ledger(self.store).read(f"{prefix}{LOOKED}", Looked)
        if entry and entry.doc.version == before.delivery.version:
            raise NotReady(entry.doc.reason)

    async def _reach(self, delivery: Delivery, result: QueryResult) -> Reach:
        """Say how far the delivery reaches; a month that is settled or invoiced is whole."""
        period, delivered = delivery.period, delivery.delivered_at.astimezone(UTC).date()
        if result.control.final(period, delivery.delivered_at):
            return Reach(period.last)
        over = delivered > period.last and await self._followed(period)
        if over and delivered > period.last + SETTLED:
            return Reach(period.last)
        closing = period.last if over else None
        day = day_in_question(result.days, delivered, closing)
        weekdays = await weekdays_before(self.store, day) if day else []
        return reach(result.days, delivered, weekdays, closing)

    async def _require(
        self, staged: StagedPeriod, asked: Asked, prefix: str, before: Snapshot, lacking: str
    ) -> None:
        try:
            self.readiness.require(staged, asked.day, lacking, digest=asked.notify)
        except NotReady as late:
            looked = Looked(version=before.delivery.version, reason=str(late))
            await self.store.put(f"{prefix}{LOOKED}", looked.model_dump_json().encode())
            raise

    async def _read(
        self, before: Snapshot, organization: KnownOrganization, prefix: str, message: Message
    ) -> QueryResult:
        """Query a delivery that is the same afterwards: no half of it was replaced meanwhile."""
        attempt = f"{prefix}attempt={uuid.uuid4()}/"
        table = organization_table(organization.placements)
        try:
            result = await self.engine.stage(before.delivery, table, attempt, message)
            require_month(result)
        except (InputError, MismatchError):
            await self._same(before)  # else the fault is the refresh, not the file
            raise
        await self._same(before)
        return result

    async def _same(self, before: Snapshot) -> None:
        period = before.delivery.period
        if await self.export.snapshot(period) != before:
            raise Refreshing(f"the export of {period} was replaced while it was read")

    async def _used(self, organization: KnownOrganization, asked: Asked) -> UsedOrganization:
        compared = await self.organization.compared(organization, asked.day, digest=asked.notify)
        return UsedOrganization(
            source=organization.source,
            sha256=organization.sha256,
            changes=await record_changes(self.store, *compared, asked.day),
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


def _describe(
    snapshot: Snapshot, result: QueryResult, now: datetime, complete_through: date | None
) -> StagedPeriod:
    delivery = snapshot.delivery
    return StagedPeriod(
        period=delivery.period,
        source_version=f"{delivery.version}/{now.astimezone(UTC):{STAMP}}",
        delivered_at=delivery.delivered_at,
        lines=result.control.lines,
        bytes_scanned=result.bytes_scanned,
        query_cost=result.cost,
        complete_through=complete_through,
        final=result.control.final(delivery.period, delivery.delivered_at),
        totals=result.control.totals,
        drivers=result.drivers,
        days=_without_gaps(delivery.period, result.days, complete_through),
        invoices=result.control.invoices,
        unknown_types=dict(result.control.unknown_types),
        notes=(*delivery.notes, *snapshot.notes, *result.control.notes),
    )


def _without_gaps(
    period: Period, days: tuple[StagedDay, ...], complete_through: date | None
) -> tuple[StagedDay, ...]:
    """Add the days that have no line: on a day that is delivered whole, that is a cost of zero."""
    by_day = {day.day: day for day in days}
    if complete_through:
        empty = set(period.days(until=complete_through)) - by_day.keys()
        by_day |= {day: StagedDay(day=day, keys=(), rows=0, totals=()) for day in empty}
    return tuple(by_day[day] for day in sorted(by_day))
