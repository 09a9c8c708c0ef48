"""Reads a run's day from the archive, works out all that is told of it, and holds it against it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa

from services.notifier.dashboard.model import Told as OnDashboard
from services.notifier.dashboard.model import on_page
from services.notifier.earlier_digest import ToldDays
from services.notifier.mail.attachment import breakdown_csv
from services.notifier.mail.message import ATTACHED
from services.notifier.report.about_data import about_data
from services.notifier.report.absent import lacking
from services.notifier.report.accounts import AccountNews
from services.notifier.report.charges import ByType, charges, month_to_date
from services.notifier.report.compared import comparisons
from services.notifier.report.displayed import Shown
from services.notifier.report.figures import Figures, figures
from services.notifier.report.history import days_of_history
from services.notifier.report.month_before import month_before
from services.notifier.report.origin import Origin
from services.notifier.report.reconciled import require_shown
from services.notifier.report.report import Report
from services.notifier.report.restatements import DayChange, restatements
from shared.account_changes import AccountChanges
from shared.archive import (
    ArchivedTable,
    read_anomalies,
    read_changes,
    read_day,
    read_earlier_day,
    read_outlook,
)
from shared.breakdown import amounts_of
from shared.control_sums import digest, require_source, sums_of
from shared.currency import Display
from shared.day_record import DayRecord
from shared.days import days_between
from shared.digest_claim import Told
from shared.errors import MismatchError, Retry
from shared.events import CatalogedData, PeriodCataloged, Reference
from shared.ledger import Ledger
from shared.locations import csv_key, dashboard_key, day_record_key, split_uri
from shared.money import Amounts
from shared.outlook import Outlook
from shared.parquet import sha256
from shared.ports import ObjectStore


@dataclass(frozen=True)
class Composed:
    """A run's report and what it was made from.

    `csv`: the day's rows. `told`: the days as they are told, for the digest's claim. `since`: the
    day of the last digest, and `changes` what is not as it told. `month`: the charges of the month
    to date, in the report's currency. `bucket`: the archive's.
    """

    report: Report
    tables: Mapping[date, pa.Table]
    outlooks: tuple[Outlook, ...]
    csv: bytes
    told: Told
    since: date | None
    changes: tuple[DayChange, ...]
    month: tuple[ByType, ...] = ()
    bucket: str = ""

    @property
    def attached(self) -> bytes | None:
        """The CSV as far as a mail can hold it."""
        return None if self.report.origin.csv_location else self.csv

    @property
    def totals(self) -> tuple[Amounts, ...]:
        """The day's exact totals as billed."""
        return amounts_of(self.tables[self.report.figures.day])


@dataclass(frozen=True)
class Composer:
    """Composes reports in a cost metric, and in the display currency where there is one."""

    store: ObjectStore
    metric: str
    display: Display | None = None

    async def compose(self, event: PeriodCataloged) -> Composed:
        """Read and work out everything that the run tells.

        Raises Retry while something is not there yet, MismatchError when it does not add up.
        """
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
            requests=data.compared.requests if data.compared else 0,
            dashboard=f"s3://{self.store.bucket}/{dashboard_key(data.day)}",
        )
        month = await self._month(data, tables)
        told, notes = await self._figures(data, tables, outlooks, month)
        again = bool(data.resends)
        days = await ToldDays(self.store).since_last_digest(data.day, shown, resent=again)
        restated = restatements(days.since, days.changes, self.metric)
        report = Report(
            told,
            origin,
            news=await self._news(data.accounts),
            restated=restated,
            restated_days=tuple(sorted(c.day for c in days.changes)) if restated else (),
            about=about_data(data, notes),
            compared=await comparisons(self.store, data),
            anomalies=await read_anomalies(self.store, data.day),
            history=await days_of_history(self.store, data.day),
            changes=await read_changes(self.store, data.day),
        )
        known = report, tables, tuple(outlooks), csv
        return Composed(*known, days.told, days.since, days.changes, month, self.store.bucket)

    def shown(self, data: CatalogedData) -> Shown | None:
        """Return what converts to the display currency, if there is one."""
        return Shown(self.display, data.period) if self.display else None

    async def _month(self, data: CatalogedData, tables: dict[date, pa.Table]) -> tuple[ByType, ...]:
        """Return the charges of the month to date, in the display currency where there is one."""
        shown = self.shown(data)
        parts = await month_to_date(self.store, data.day, tables, self.metric)
        return tuple(shown.charges(parts) if shown else parts)

    async def _figures(
        self,
        data: CatalogedData,
        tables: dict[date, pa.Table],
        outlooks: list[Outlook],
        month: tuple[ByType, ...],
    ) -> tuple[Figures, tuple[str, ...]]:
        """Work the figures out, and hold them against the archive; with what is to be noted."""
        shown = self.shown(data)
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
        notes = await require_shown(self.store, data, told, charges(month), rounded=rounded)
        return told, (*lacking(told, tables), *notes)

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


def on_dashboard(event: PeriodCataloged, made: Composed) -> OnDashboard:
    """Return what the page says of a run beside its amounts."""
    data, report = event.data, made.report
    return OnDashboard(
        day=data.day,
        complete=data.status != "partial",
        final=data.status == "final",
        metric=report.figures.metric,
        run=event.runid,
        source_version=data.source_version,
        notes=data.notes,
        restated=report.restated,
        restated_days=tuple(report.restated_days),
        anomalies=None if report.anomalies is None else on_page(report.anomalies),
        history=report.history,
    )
