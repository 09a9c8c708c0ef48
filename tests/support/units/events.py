"""Events as the workers meet them, and the periods behind them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from services.archiver.handler import ArchivePeriod
from services.forecaster.assess import Rules
from services.forecaster.handler import AssessPeriod
from shared.breakdown import amounts_of
from shared.config_outlook import Budget, Lights
from shared.control_sums import digest, sums_of
from shared.days import Period
from shared.events import (
    BackfillRequested,
    CatalogedData,
    ControlSums,
    DayReady,
    Event,
    PeriodArchived,
    PeriodAssessed,
    PeriodCataloged,
    PeriodQueried,
    follow_up,
)
from shared.ids import derive_id
from shared.locations import staging_prefix
from shared.memory import MemoryStore
from shared.money import add_amounts
from shared.parquet import sha256, to_parquet
from shared.staging import StagedDay, StagedPeriod
from tests.support.units.leases import new_lease
from tests.support.units.rows import DAY, Row, staged_table

FIRST_DELIVERY = "20260317T060000.000000Z/first"
SECOND_DELIVERY = "20260318T060000.000000Z/second"
NOON = datetime(2026, 3, 17, 12, tzinfo=UTC)
Days = Mapping[date, Sequence[Row]]


def tick(moment: str = "2026-03-17T07:00:00Z", event_id: str = "tick-1") -> DayReady:
    """Return the daily tick."""
    return DayReady.model_validate({"id": event_id, "source": "daybook.schedule", "time": moment})


def backfill(first: date, last: date, *, notify: bool = False) -> BackfillRequested:
    """Return an operator's wish."""
    data = {
        "first_day": first,
        "last_day": last,
        "reason": "restated",
        "requested_by": "ops",
        "notify": notify,
    }
    return BackfillRequested.model_validate({"id": "wish-1", "source": "ops", "data": data})


async def queried(
    store: MemoryStore,
    days: Days,
    *,
    run: str = "run-1",
    version: str = FIRST_DELIVERY,
    **scope: Any,
) -> PeriodQueried:
    """Stage days in `store` and return the event that says so."""
    period = Period.of(max(days))
    prefix = staging_prefix(run, period)
    staged = [await _stage(store, day, rows, prefix) for day, rows in days.items()]
    totals = add_amounts(part for day in staged for part in day.totals)
    manifest = StagedPeriod(
        period=period,
        source_version=version,
        delivered_at=NOON,
        lines=sum(day.rows for day in staged),
        bytes_scanned=1,
        complete_through=period.last,
        totals=totals,
        days=tuple(staged),
    )
    body = manifest.model_dump_json().encode()
    await store.put(f"{prefix}manifest.json", body)
    data = {
        "period": period,
        "first_day": max(days),
        "day": max(days),
        "notify": True,
        "source_version": version,
        "complete_through": period.last,
        "rows": manifest.rows,
        "totals": totals,
        "staging": {"uri": f"s3://{store.bucket}/{prefix}manifest.json", "sha256": sha256(body)},
        "bytes_scanned": 1,
    }
    return PeriodQueried.model_validate(
        {
            "id": derive_id(run, "queried"),
            "source": "daybook.query",
            "time": NOON,
            "runid": run,
            "data": data | scope,
        }
    )


async def _stage(store: MemoryStore, day: date, rows: Sequence[Row], prefix: str) -> StagedDay:
    if not rows:
        return StagedDay(day=day, keys=(), rows=0, totals=())
    table = staged_table(*({**row, "BillingDate": day} for row in rows))
    key = f"{prefix}day={day}/part-00000.parquet"
    await store.put(key, to_parquet(table))
    sums = sums_of(table)
    await store.put(f"{prefix}day={day}/sums.parquet", to_parquet(sums))
    return StagedDay(
        day=day,
        keys=(key,),
        rows=table.num_rows,
        totals=amounts_of(table),
        lines=table.num_rows,
        sums=ControlSums(key=f"{prefix}day={day}/sums.parquet", digest=digest(sums)),
    )


async def archive(store: MemoryStore, event: Event) -> PeriodArchived:
    """Have the archiver handle an event."""
    (said,) = await ArchivePeriod(store, "amortized")(event, new_lease())
    assert isinstance(said, PeriodArchived)
    return said


async def assess(
    store: MemoryStore, event: Event, budgets: tuple[Budget, ...] = ()
) -> PeriodAssessed:
    """Have the forecaster handle an event."""
    handle = AssessPeriod(store, "amortized", Rules(budgets, Lights()))
    (said,) = await handle(event, new_lease())
    assert isinstance(said, PeriodAssessed)
    return said


async def cataloged(store: MemoryStore, days: Days, **asked: Any) -> PeriodCataloged:
    """Bring days into the archive and return the event that the notifier hears."""
    assessed = await assess(store, await archive(store, await queried(store, days, **asked)))
    data = CatalogedData(**assessed.data.model_dump(), partitions=0, refreshes=())
    said = follow_up(assessed, PeriodCataloged, data, source="daybook.catalog", about=DAY)
    assert isinstance(said, PeriodCataloged)
    return said
