"""Archives one staged day: its object, of which the newest delivery's wins, and its record."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pyarrow as pa
import structlog

from shared.breakdown import STAGED, amounts_by_ou, amounts_of, archive_table, coverage
from shared.day_record import DayRecord, DayVersion, PeriodRecord
from shared.errors import MismatchError, Reject
from shared.events import ArchivedDay
from shared.ledger import Ledger
from shared.locations import breakdown_key, day_record_key
from shared.money import add_amounts
from shared.newest import Contender, write_newest
from shared.parquet import from_parquet, sha256, to_parquet
from shared.ports import ObjectStore
from shared.staging import StagedDay

log = structlog.get_logger()


@dataclass(frozen=True)
class DayArchive:
    """Writes days; `metric` is the cost that DailyCost shows."""

    store: ObjectStore
    metric: str

    async def write(self, day: StagedDay, delivery: PeriodRecord) -> ArchivedDay:
        """Put a day of a delivery in place and record it, unless a newer one is there.

        Raises Reject when staged rows are gone, MismatchError when the bytes to be written do not
        read back to what was staged.
        """
        table = archive_table(await self._rows(day), self.metric)
        body = await asyncio.to_thread(_encode, day, table)
        ours = Contender(body, table.num_rows, delivery.source_version, delivery.run)
        stands = await write_newest(self.store, breakdown_key(day.day), ours)
        archived = ArchivedDay(
            day=day.day, outcome="superseded", sha256=stands.sha256, rows=stands.rows
        )
        if stands.outcome == "superseded":
            return archived
        record = await self._record(day.day, _version(table, ours))
        outcome = record.outcome_for(ours.run)
        log.info("archived", archived=str(day.day), outcome=outcome, rows=stands.rows)
        return archived.model_copy(update={"outcome": outcome})

    async def _rows(self, day: StagedDay) -> pa.Table:
        tables = [STAGED.empty_table()]
        for key in day.keys:
            found = await self.store.get(key)
            if found is None:
                raise Reject(f"staged object {key} is gone: ask for a backfill")
            tables.append(from_parquet(found.body).select(STAGED.names).cast(STAGED))
        return pa.concat_tables(tables)

    async def _record(self, day: date, version: DayVersion) -> DayRecord:
        def add(record: DayRecord | None) -> DayRecord:
            if record is None:
                return DayRecord(day=day, versions=(version,))
            return record.with_version(version)

        return await Ledger(self.store).update(day_record_key(day), DayRecord, add)


def _encode(day: StagedDay, table: pa.Table) -> bytes:
    """Return a day's bytes, read back: refuse them unless they hold exactly what was staged."""
    body = to_parquet(table)
    _check(day, from_parquet(body))
    return body


def _version(table: pa.Table, ours: Contender) -> DayVersion:
    accounts, services = coverage(table)
    return DayVersion(
        sha256=sha256(ours.body),
        run=ours.run,
        source_version=ours.source_version,
        archived_at=datetime.now(UTC),
        rows=ours.rows,
        accounts=accounts,
        services=services,
        totals=amounts_of(table),
        by_ou=amounts_by_ou(table),
    )


def _check(day: StagedDay, written: pa.Table) -> None:
    if written.num_rows != day.rows or amounts_of(written) != add_amounts(day.totals):
        raise MismatchError(f"{day.day}: archive {amounts_of(written)} differs from {day.totals}")
