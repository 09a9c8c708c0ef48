"""Archives one staged day: its object, of which the newest delivery's wins, and its record."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pyarrow as pa
import structlog

from shared.breakdown import STAGED, amounts_by_ou, amounts_of, archive_table, coverage
from shared.control_sums import digest, require_source, sums_of
from shared.day_record import DayRecord, DayVersion, PeriodRecord
from shared.errors import MismatchError, Reject
from shared.events import ArchivedDay, ControlSums
from shared.ledger import Ledger
from shared.locations import breakdown_key, day_record_key
from shared.money import Amounts, add_amounts
from shared.newest import Contender, write_newest
from shared.parquet import from_parquet, sha256, to_parquet
from shared.ports import ObjectStore
from shared.staging import StagedDay, StagedPeriod

log = structlog.get_logger()


@dataclass(frozen=True)
class PreparedDay:
    """A day's bytes and what they hold; nothing of it is written yet."""

    day: date
    body: bytes
    rows: int
    accounts: int
    services: int
    last_hour: int | None
    digest: str
    source: ControlSums | None
    totals: tuple[Amounts, ...]
    by_ou: dict[str, tuple[Amounts, ...]]

    def version(self, ours: Contender) -> DayVersion:
        """Return what the ledger keeps of it."""
        return DayVersion(
            sha256=sha256(ours.body),
            run=ours.run,
            source_version=ours.source_version,
            archived_at=datetime.now(UTC),
            rows=self.rows,
            accounts=self.accounts,
            services=self.services,
            last_hour=self.last_hour,
            sums=self.digest,
            totals=self.totals,
            by_ou=self.by_ou,
        )


def require_month(days: Sequence[PreparedDay], staged: StagedPeriod) -> None:
    """Raise MismatchError unless all days of a period add up to what its lines do."""
    totals = add_amounts(part for day in days for part in day.totals)
    rows = sum(day.rows for day in days)
    if (totals, rows) != (add_amounts(staged.totals), staged.rows):
        raise MismatchError(
            f"the archive of {staged.period}: its days have {rows} rows and {totals}, "
            f"the export has {staged.rows} and {staged.totals}"
        )


@dataclass(frozen=True)
class DayArchive:
    """Writes days; `metric` is the cost that DailyCost shows."""

    store: ObjectStore
    metric: str

    async def prepare(self, day: StagedDay) -> PreparedDay:
        """Make a day's bytes, and prove that they hold what the export does.

        Raises Reject when staged rows are gone, MismatchError when the bytes to be written do not
        read back to what was staged.
        """
        table = archive_table(await self._rows(day), self.metric)
        prepared, sums = await asyncio.to_thread(_encode, day, table)
        await require_source(self.store, day.sums, sums, f"the archive of {day.day}")
        return prepared

    async def write(
        self, day: PreparedDay, delivery: PeriodRecord, names: Mapping[date, str]
    ) -> ArchivedDay:
        """Put a day of a delivery in place and record it, unless a newer one is there.

        `names` has the keys of days that have another one than ours.
        """
        ours = Contender(day.body, day.rows, delivery.source_version, delivery.run)
        stands = await write_newest(self.store, names.get(day.day, breakdown_key(day.day)), ours)
        archived = ArchivedDay(
            day=day.day, outcome="superseded", sha256=stands.sha256, rows=stands.rows
        )
        if stands.outcome == "superseded":
            return archived
        record = await self._record(day.day, day.version(ours))
        outcome = record.outcome_for(ours.run)
        log.info("archived", archived=str(day.day), outcome=outcome, rows=stands.rows)
        return archived.model_copy(update={"outcome": outcome, "sums": day.source})

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


def _encode(day: StagedDay, table: pa.Table) -> tuple[PreparedDay, pa.Table]:
    """Return a day as it reads back from its bytes, and its sums; refuse it if it lost anything."""
    body = to_parquet(table)
    written = from_parquet(body)
    _check(day, written)
    accounts, services = coverage(written)
    sums = sums_of(written)
    prepared = PreparedDay(
        day=day.day,
        body=body,
        rows=written.num_rows,
        accounts=accounts,
        services=services,
        last_hour=day.last_hour,
        digest=digest(sums),
        source=day.sums,
        totals=amounts_of(written),
        by_ou=amounts_by_ou(written),
    )
    return prepared, sums


def _check(day: StagedDay, written: pa.Table) -> None:
    if written.num_rows != day.rows or amounts_of(written) != add_amounts(day.totals):
        raise MismatchError(f"{day.day}: archive {amounts_of(written)} differs from {day.totals}")
