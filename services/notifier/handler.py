"""Sends the digest of the run's day: compose, claim, send, record."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa

from services.notifier.about_data import UnknownTypesAlarm, about_data
from services.notifier.accounts import AccountNews
from services.notifier.attachment import breakdown_csv
from services.notifier.charges import charges, month_to_date
from services.notifier.claim import claim_name
from services.notifier.compared import comparisons
from services.notifier.dashboard.model import Told as OnDashboard
from services.notifier.dashboard.publishing import Dashboards
from services.notifier.delayed import KIND, delayed_message
from services.notifier.delivery import Delivery
from services.notifier.displayed import Shown
from services.notifier.earlier_digest import ToldDays
from services.notifier.figures import Figures, figures
from services.notifier.mail_reports import MailReports
from services.notifier.message import ATTACHED, Envelope, build_message
from services.notifier.month_before import month_before
from services.notifier.post import Post
from services.notifier.reconciled import require_shown
from services.notifier.render import Origin, render
from services.notifier.restatements import DayChange, Restatements, restatements
from shared.account_changes import AccountChanges
from shared.archive import ArchivedTable, read_day, read_earlier_day, read_outlook
from shared.breakdown import amounts_of
from shared.config import Digest
from shared.control_sums import digest, require_source, sums_of
from shared.currency import Display
from shared.day_record import DayRecord
from shared.days import days_between
from shared.digest_claim import Told
from shared.errors import InputError, MismatchError, Reject, Retry
from shared.events import (
    CatalogedData,
    DataDelayed,
    DigestData,
    DigestSent,
    Event,
    MailReported,
    PeriodCataloged,
    Reference,
    follow_up,
)
from shared.lease import Lease, finished
from shared.ledger import Ledger
from shared.locations import csv_key, day_record_key, digest_claim_key, split_uri
from shared.money import Amounts
from shared.outlook import Outlook
from shared.parquet import sha256
from shared.ports import AlarmBell, ObjectStore

SOURCE = "daybook.notifier"


@dataclass(frozen=True)
class Composed:
    """A digest that is ready to be sent, and what the dashboard says as well."""

    envelope: Envelope
    totals: tuple[Amounts, ...]
    told: Told
    on_dashboard: OnDashboard


@dataclass(frozen=True)
class SendDigest:
    """The notifier's handler."""

    store: ObjectStore
    post: Post
    bell: AlarmBell
    digest: Digest
    metric: str
    display: Display | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def __call__(self, event: Event, lease: Lease) -> Sequence[Event]:
        """Send the digest if the run wants one; take in what SES says became of one."""
        if isinstance(event, MailReported):
            await MailReports(self.store, self.bell).take(event.data)
            return []
        if isinstance(event, DataDelayed):
            await self._tell_of_delay(event)
            return []
        if not isinstance(event, PeriodCataloged):
            raise Reject(f"the notifier does not hear {event.type}")
        try:
            said = await self._digest(event, lease) if event.data.notify else []
        except InputError as error:
            raise Reject(str(error)) from error
        # After the digest, which a deaf alarm topic must not hold back; a repeat finds it sent.
        await UnknownTypesAlarm(self.store, self.bell).ring(event)
        return said

    async def _digest(self, event: PeriodCataloged, lease: Lease) -> list[Event]:
        made = await self._compose(event)
        await lease.extend()  # composing was long: only who may still work on it claims the digest
        kind = f"replay-{event.runid}" if event.data.replay else "daily"
        name = claim_name(event.data.day, kind, made.envelope.recipients)
        delivery = Delivery(Ledger(self.store), self.post, self.bell, self.now)
        # Claim, send and record belong together: a worker that stops finishes them first.
        message_id = await finished(delivery.send_once(name, event.runid, made.envelope, made.told))
        # After the digest, which must not wait for it; a repeat finds the digest sent.
        shown = self._shown(event.data)
        await Dashboards(self.store, self.metric, shown).write(made.on_dashboard)
        if message_id is None:
            return []
        data = event.data
        sent = DigestData(
            period=data.period, day=data.day, kind=kind, message_id=message_id, totals=made.totals
        )
        return [follow_up(event, DigestSent, sent, source=SOURCE, about=data.day)]

    async def _tell_of_delay(self, event: DataDelayed) -> None:
        """Send the short mail, unless the digest itself was faster."""
        envelope = delayed_message(event, self.digest, self.now())
        daily = claim_name(event.data.day, "daily", envelope.recipients)
        if await self.store.head(digest_claim_key(daily)):
            return
        name = claim_name(event.data.day, KIND, envelope.recipients)
        delivery = Delivery(Ledger(self.store), self.post, self.bell, self.now)
        await finished(delivery.send_once(name, event.runid, envelope, {}))

    async def _compose(self, event: PeriodCataloged) -> Composed:
        data = event.data
        tables, shown = await self._tables(data)
        outlooks = await self._outlooks(data.day)
        csv = await asyncio.to_thread(breakdown_csv, tables[data.day], self.metric)
        attached = len(csv) <= ATTACHED
        origin = Origin(
            event.runid,
            data.source_version,
            data.replay,
            csv_location=None if attached else await self._keep_csv(data.day, csv),
            month_before=await month_before(self.store, data.period),
            query_cost=data.query_cost,
        )
        told, notes = await self._figures(data, tables, outlooks)
        days = await ToldDays(self.store).since_last_digest(data.day, shown)
        restated = restatements(days.since, days.changes, self.metric)
        envelope = build_message(
            self.digest,
            render(
                told,
                origin,
                await self._news(data.accounts),
                restated=restated,
                about=about_data(data, notes),
                compared=await comparisons(self.store, data),
            ),
            csv if attached else None,
            day=data.day,
            origin=origin,
            now=self.now(),
        )
        return Composed(
            envelope,
            amounts_of(tables[data.day]),
            days.told,
            self._on_dashboard(event, restated, days.changes),
        )

    def _on_dashboard(
        self,
        event: PeriodCataloged,
        restated: Restatements | None,
        changes: Sequence[DayChange],
    ) -> OnDashboard:
        data = event.data
        return OnDashboard(
            day=data.day,
            complete=data.status != "partial",
            metric=self.metric,
            run=event.runid,
            source_version=data.source_version,
            notes=data.notes,
            restated=restated,
            restated_days=tuple(sorted(change.day for change in changes)) if restated else (),
        )

    async def _figures(
        self, data: CatalogedData, tables: dict[date, pa.Table], outlooks: list[Outlook]
    ) -> tuple[Figures, tuple[str, ...]]:
        """Work the figures out, and hold them against the archive; with what is to be noted."""
        shown = self._shown(data)
        parts = await month_to_date(self.store, data.day, tables, self.metric)
        month = charges(shown.charges(parts) if shown else parts)
        told = await asyncio.to_thread(
            figures,
            data.day,
            tables,
            outlooks,
            self.metric,
            complete=data.status != "partial",
            final=data.status == "final",
            month=month,
            shown=shown,
        )
        rounded = shown is not None
        return told, await require_shown(self.store, data, told, month, rounded=rounded)

    def _shown(self, data: CatalogedData) -> Shown | None:
        """Return what converts to the display currency, if there is one."""
        return Shown(self.display, data.period) if self.display else None

    async def _keep_csv(self, day: date, csv: bytes) -> str:
        """Keep a CSV that is too large for a mail beside the archive; returns where."""
        key = csv_key(day)
        await self.store.put(key, csv)
        return f"s3://{self.store.bucket}/{key}"

    async def _tables(self, data: CatalogedData) -> tuple[dict[date, pa.Table], str]:
        """Read the day, checked, and those of the seven before it that are archived.

        Returns them, and the checksum of the day's own object.
        """
        today = await read_day(self.store, data.day, data)
        await self._check(data, today)
        tables = {data.day: today.rows}
        for day in days_between(data.day - timedelta(days=7), data.day - timedelta(days=1)):
            if earlier := await read_earlier_day(self.store, day):
                tables[day] = earlier.rows
        return tables, today.sha256

    async def _check(self, data: CatalogedData, table: ArchivedTable) -> None:
        """Refuse a day that is not what the export holds, or not what the ledger recorded."""
        day = data.day
        sums = await asyncio.to_thread(sums_of, table.rows)
        said = [each.sums for each in data.days if (each.day, each.sha256) == (day, table.sha256)]
        await require_source(self.store, said[0] if said else None, sums, f"the digest of {day}")
        record = await Ledger(self.store).read(day_record_key(day), DayRecord)
        version = record.doc.version(table.sha256) if record else None
        if version is None:
            raise Retry(f"{day} is not recorded in the ledger yet", after=60)
        if version.totals != amounts_of(table.rows) or version.sums not in ("", digest(sums)):
            raise MismatchError(f"{day}: the archive is not what the ledger recorded")

    async def _news(self, kept: Reference | None) -> AccountNews | None:
        """Read what changed in the organization on the day, if anything did."""
        if kept is None:
            return None
        found = await self.store.get(split_uri(kept.uri)[1])
        if found is None or sha256(found.body) != kept.sha256:
            raise MismatchError(f"{kept.uri} is not what the query worker kept")
        return AccountNews(AccountChanges.model_validate_json(found.body), kept.uri)

    async def _outlooks(self, day: date) -> list[Outlook]:
        outlooks = await read_outlook(self.store, day)
        if outlooks is None:
            raise Retry(f"the outlook of {day} is not there yet", after=60)
        return outlooks
