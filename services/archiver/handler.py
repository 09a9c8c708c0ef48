"""Archives a period's days: writes what is new or changed, and nothing else."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pyarrow as pa
import structlog

from shared.breakdown import STAGED, amounts_by_ou, amounts_of, archive_table
from shared.day_record import DayRecord, DayVersion, PeriodRecord
from shared.errors import MismatchError, Reject, Retry
from shared.events import ArchivedData, ArchivedDay, Event, PeriodArchived, PeriodQueried, follow_up
from shared.lease import Lease
from shared.ledger import Ledger
from shared.locations import (
    breakdown_key,
    day_record_key,
    day_records_prefix,
    period_record_key,
    split_uri,
)
from shared.money import add_amounts
from shared.newest import write_newest
from shared.parquet import from_parquet, sha256, to_parquet
from shared.ports import ObjectStore
from shared.staging import StagedDay, StagedPeriod

SOURCE = "daybook.archiver"
log = structlog.get_logger()


@dataclass(frozen=True)
class ArchivePeriod:
    """The archiver's handler; `metric` is the cost that DailyCost shows."""

    store: ObjectStore
    metric: str

    async def __call__(self, event: Event, lease: Lease) -> Sequence[Event]:
        """Archive every staged day of the period."""
        if not isinstance(event, PeriodQueried):
            raise Reject(f"the archiver does not hear {event.type}")
        staged = await self._staged(event)
        newest = await self._begin(staged, event.runid)
        days = []
        for day in await self._days(staged):
            archive = self._archive(day, staged, event.runid) if newest else self._standing(day.day)
            days.append(await archive)
            await lease.extend()
        return [
            follow_up(
                event,
                PeriodArchived,
                ArchivedData(
                    **event.data.model_dump(exclude={"staging", "bytes_scanned"}),
                    bucket=self.store.bucket,
                    days=tuple(days),
                ),
                source=SOURCE,
                about=event.data.period,
            )
        ]

    async def _staged(self, event: PeriodQueried) -> StagedPeriod:
        _, key = split_uri(event.data.staging.uri)
        found = await self.store.get(key)
        if found is None:
            raise Reject(f"{event.data.staging.uri} is gone: ask for a backfill")
        if sha256(found.body) != event.data.staging.sha256:
            raise MismatchError(f"{event.data.staging.uri} is not what the event says")
        return StagedPeriod.model_validate_json(found.body)

    async def _begin(self, staged: StagedPeriod, run: str) -> bool:
        """Put the delivery down as the period's newest; False when a newer one is.

        The day's object keeps the delivery it was written from while its bytes stay the same,
        so it alone cannot tell a late old delivery from a new one.
        """
        ours = PeriodRecord(source_version=staged.source_version, run=run)

        def newer(known: PeriodRecord | None) -> PeriodRecord:
            if known is None or known.source_version < ours.source_version:
                return ours
            return known

        key = period_record_key(staged.period)
        record = await Ledger(self.store).update(key, PeriodRecord, newer)
        return record.source_version == staged.source_version

    async def _standing(self, day: date) -> ArchivedDay:
        """Say what a newer delivery's run has archived in this one's place."""
        found = await self.store.head(breakdown_key(day))
        if found is None:
            raise Retry(f"{day} is being archived from a newer delivery", after=60)
        return ArchivedDay(
            day=day,
            outcome="superseded",
            sha256=found.metadata["sha256"],
            rows=int(found.metadata["rows"]),
        )

    async def _days(self, staged: StagedPeriod) -> list[StagedDay]:
        """Return the staged days, and as empty those that were archived but have no lines now."""
        by_day = {day.day: day for day in staged.days}
        for known in await self.store.list(day_records_prefix(staged.period)):
            day = date.fromisoformat(known.key.rpartition("/")[2].removesuffix(".json"))
            by_day.setdefault(day, StagedDay(day=day, keys=(), rows=0, totals=()))
        return [by_day[day] for day in sorted(by_day)]

    async def _archive(self, day: StagedDay, staged: StagedPeriod, run: str) -> ArchivedDay:
        staged_rows = await self._rows(day)
        body, table = await asyncio.to_thread(_encode, staged_rows, self.metric)
        _check(day, table)
        version = _version(table, body, staged.source_version, run)
        if await self._write(day.day, body, version) == "superseded":
            return await self._standing(day.day)
        outcome = (await self._record(day.day, version)).outcome_for(run)
        log.info("archived", day=str(day.day), outcome=outcome, rows=version.rows)
        return ArchivedDay(day=day.day, outcome=outcome, sha256=version.sha256, rows=version.rows)

    async def _rows(self, day: StagedDay) -> pa.Table:
        tables = [STAGED.empty_table()]
        for key in day.keys:
            found = await self.store.get(key)
            if found is None:
                raise Reject(f"staged object {key} is gone: ask for a backfill")
            tables.append(from_parquet(found.body).select(STAGED.names).cast(STAGED))
        return pa.concat_tables(tables)

    async def _write(self, day: date, body: bytes, version: DayVersion) -> str:
        metadata = {
            "sha256": version.sha256,
            "run": version.run,
            "rows": str(version.rows),
            "source-version": version.source_version,
        }
        return await write_newest(self.store, breakdown_key(day), body, metadata)

    async def _record(self, day: date, version: DayVersion) -> DayRecord:
        def add(record: DayRecord | None) -> DayRecord:
            if record is None:
                return DayRecord(day=day, versions=(version,))
            return record.with_version(version)

        return await Ledger(self.store).update(day_record_key(day), DayRecord, add)


def _encode(rows: pa.Table, metric: str) -> tuple[bytes, pa.Table]:
    """Return a day's bytes, and the rows as they read back from those bytes."""
    body = to_parquet(archive_table(rows, metric))
    return body, from_parquet(body)


def _version(table: pa.Table, body: bytes, source_version: str, run: str) -> DayVersion:
    return DayVersion(
        sha256=sha256(body),
        run=run,
        source_version=source_version,
        archived_at=datetime.now(UTC),
        rows=table.num_rows,
        totals=amounts_of(table),
        by_ou=amounts_by_ou(table),
    )


def _check(day: StagedDay, written: pa.Table) -> None:
    """Refuse bytes that do not read back to the exact totals that were staged."""
    if written.num_rows != day.rows or amounts_of(written) != add_amounts(day.totals):
        raise MismatchError(f"{day.day}: archive {amounts_of(written)} differs from {day.totals}")
