"""Months of the example through every worker in one process, as runs leave and tell them.

The last two days are runs of their own: what one told, the next restates, and both are forecast
and watched. Earlier months come by backfill, their outlooks from the run rate: a forecast of each
day would take an hour.
"""

import asyncio
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from daybook.example import ExampleExport, write_example
from daybook.seed import given_sections
from services.archiver.handler import ArchivePeriod
from services.forecaster.assess import Rules, Spend, assess
from services.forecaster.handler import AssessPeriod
from services.notifier.compose import Composed, Composer, on_dashboard
from services.notifier.dashboard.model import Dashboard
from services.notifier.dashboard.publishing import made_of
from services.notifier.dashboard.reading import read_window
from services.query.embedded_engine import EmbeddedEngine
from services.query.export import Export
from services.query.folder import FolderExportStore
from services.query.handler import QueryPeriods
from services.query.organization import parse_organization
from services.query.readiness import Readiness
from services.query.sources import CUR2
from shared.archive import read_earlier_day
from shared.breakdown import amounts_by_ou
from shared.config import load_config
from shared.days import ONE_DAY, Period, days_between, periods_between
from shared.events import (
    BackfillRequested,
    CatalogedData,
    DayReady,
    Event,
    PeriodArchived,
    PeriodAssessed,
    PeriodCataloged,
    PeriodQueried,
    follow_up,
)
from shared.locations import outlook_key
from shared.memory import MemoryBell, MemoryStore
from shared.newest import Contender, write_newest
from shared.outlook import outlook_table
from shared.parquet import to_parquet
from tests.support.units.leases import new_lease
from tests.support.units.notifier import Notifier
from tests.support.units.queries import Placed

METRIC = "amortized"
DELIVERED, RUN = time(6, 12, 40, tzinfo=UTC), time(7, tzinfo=UTC)
LATE_DAYS = 3
"""Days before the last told one of which the delivery before lacks what it lacks."""
LATE_PRODUCT = "AmazonS3"
BY_HAND = "filled"


@dataclass
class Workers:
    """The workers over one bucket, with the example's organization and rules."""

    placed: Placed
    rules: Rules
    store: MemoryStore = field(default_factory=MemoryStore)

    @classmethod
    def of(cls, example: ExampleExport) -> "Workers":
        """Configure them as the example says."""
        given = given_sections("bucket", "cur2")
        config = load_config(example.config.read_text(), example.config, given)
        rules = Rules(config.budgets, config.lights, config.planned, config.anomalies)
        placements = parse_organization(example.organization.read_bytes(), example.organization)
        return cls(Placed(placements), rules)

    async def archive(self, source: Path, event: Event) -> list[PeriodArchived]:
        """Have an export's billing periods queried and archived."""
        export = Export(FolderExportStore(source))
        engine = EmbeddedEngine(export, CUR2, self.store, METRIC)
        ready = Readiness(None)
        query = QueryPeriods(export, engine, self.placed, self.store, ready, MemoryBell())
        asked = await query(event, new_lease())
        queried = [each for each in asked if isinstance(each, PeriodQueried)]
        archiver = ArchivePeriod(self.store, METRIC)
        said = [each for event in queried for each in await archiver(event, new_lease())]
        return [each for each in said if isinstance(each, PeriodArchived)]

    async def run(self, source: Path, day: date) -> PeriodCataloged:
        """Run the tick of the morning after a day; returns what the notifier is told."""
        tick = DayReady.model_validate(_event("tick", datetime.combine(day + ONE_DAY, RUN)))
        *_, archived = await self.archive(source, tick)
        (assessed,) = await AssessPeriod(self.store, METRIC, self.rules)(archived, new_lease())
        assert isinstance(assessed, PeriodAssessed)
        data = CatalogedData(**assessed.data.model_dump(), partitions=0, refreshes=())
        said = follow_up(assessed, PeriodCataloged, data, source="daybook.catalog", about=day)
        assert isinstance(said, PeriodCataloged)
        return said

    async def fill(self, source: Path, first: date, last: date) -> None:
        """Archive the billing periods before a run's."""
        for period in periods_between(first, last):
            asked = {"first_day": period.first, "last_day": period.last, "reason": "new"}
            wish = _event("fill", datetime.combine(period.last, RUN))
            data = {**asked, "requested_by": "ops", "notify": False}
            await self.archive(source, BackfillRequested.model_validate({**wish, "data": data}))

    async def assess(self, days: Iterable[date]) -> None:
        """Assess days by their run rate, unless a run did."""
        spends: list[Spend] = []
        for day in days:
            found = await read_earlier_day(self.store, day)
            assert found
            by_ou = amounts_by_ou(found.rows).items()
            spends += [
                Spend(day, ou, part.currency, part.metric(METRIC))
                for ou, amounts in by_ou
                for part in amounts
            ]
            month = [each for each in spends if Period.of(each.day) == Period.of(day)]
            if await self.store.head(outlook_key(day)) is None:
                table = outlook_table(assess(day, month, self.rules, complete=True))
                ours = Contender(to_parquet(table), table.num_rows, BY_HAND, BY_HAND)
                await write_newest(self.store, outlook_key(day), ours)


def told_example(folder: Path, last_day: date, days: int) -> tuple[Composed, Dashboard]:
    """Return what a run of `last_day` (UTC) over so many days tells, and its dashboard."""
    return asyncio.run(_told(folder, last_day, days))


async def _told(folder: Path, last_day: date, days: int) -> tuple[Composed, Dashboard]:
    before = last_day - ONE_DAY
    example = _delivered(folder / "now", last_day, days)
    earlier = _delivered(folder / "before", before, before.day)
    _hold_back(earlier.source, before - timedelta(days=LATE_DAYS))
    workers = Workers.of(example)
    first, month = Period.of(last_day - timedelta(days=days - 1)).first, last_day.replace(day=1)
    await workers.fill(example.source, first, month - ONE_DAY)
    notifier = Notifier(store=workers.store)
    notifier.now = datetime.combine(last_day, RUN)
    await notifier.hear(await workers.run(earlier.source, before))
    event = await workers.run(example.source, last_day)
    await workers.assess(days_between(first, last_day))
    made = await Composer(workers.store, METRIC).compose(event)
    window = await read_window(workers.store, last_day, METRIC)
    return made, made_of(on_dashboard(event, made), window)


def _delivered(folder: Path, day: date, days: int) -> ExampleExport:
    """Write the delivery of the morning after a day, with the times that it would have."""
    example = write_example(folder, day + ONE_DAY, days)
    at = datetime.combine(day + ONE_DAY, DELIVERED).timestamp()
    for file in example.source.rglob("*"):
        os.utime(file, (at, at))
    return example


def _hold_back(source: Path, day: date) -> None:
    """Take a product's lines of a day out of a delivery: AWS delivers some of them days later."""
    for file in source.glob("data/*/*.parquet"):
        table, at = pq.read_table(file, partitioning=None), file.stat().st_mtime
        late = pc.and_(
            pc.equal(table["line_item_product_code"], LATE_PRODUCT),
            pc.equal(table["line_item_usage_start_date"].cast(pa.date32()), day),
        )
        pq.write_table(table.filter(pc.invert(late)), file)
        os.utime(file, (at, at))


def _event(kind: str, at: datetime) -> dict[str, Any]:
    return {"id": f"{kind}-{at:%Y-%m-%d}", "source": "daybook.schedule", "time": at}
