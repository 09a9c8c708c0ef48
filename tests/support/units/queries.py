"""A query worker in a small world of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

import pyarrow as pa

from services.query.budget_source import BudgetSource, WrittenBudgets
from services.query.engine import Control, QueryResult
from services.query.executions import Executions, NoExecutions
from services.query.export import Export
from services.query.handler import QueryPeriods
from services.query.manifest import Delivery
from services.query.organization import Placement
from services.query.organization_source import KnownOrganization, OrganizationSource
from services.query.readiness import Readiness
from services.query.snapshot import ExportFile
from shared.config_outlook import Budget
from shared.days import Period
from shared.errors import InputError
from shared.events import ControlSums, Event, PeriodQueried
from shared.memory import MemoryBell, MemoryStore
from shared.money import Amounts
from shared.ports import Message
from shared.staging import StagedDay
from tests.support.units.exports import manifest
from tests.support.units.leases import new_lease
from tests.support.units.rows import usd

FEBRUARY, MARCH = Period(2026, 2), Period(2026, 3)
ANY_SUMS = ControlSums(key="staging/sums.parquet", digest="0" * 64)
DELIVERED = datetime(2026, 3, 17, 6, tzinfo=UTC)


@dataclass
class Shelf:
    """An export store that holds manifests only."""

    periods: set[Period]
    delivered: datetime = field(default=DELIVERED, kw_only=True)

    async def files(self, prefix: str) -> list[ExportFile]:
        found = [f"metadata/BILLING_PERIOD={period}/cur-Manifest.json" for period in self.periods]
        return [ExportFile(path, "", self.delivered) for path in found if path.startswith(prefix)]

    async def read(self, path: str) -> tuple[bytes, datetime]:
        data = path.replace("metadata/", "s3://bucket/data/")
        return manifest(data), self.delivered

    async def tail(self, path: str, size: int) -> bytes:
        raise AssertionError(path, size)

    async def fetch(self, path: str, folder: Any) -> Any:
        raise AssertionError(path, folder)


@dataclass
class Engine:
    """An engine that finds `cost` on the last day that a delivery can hold, or as it is told."""

    cost: str = "5"
    last_day: date | None = None
    staged: tuple[Amounts, ...] | None = None
    trouble: Exception | None = None
    invoiced: bool = False
    awaits: bool = False
    unknown: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    prefixes: list[str] = field(default_factory=list)

    async def stage(
        self, delivery: Delivery, organization: pa.Table, prefix: str, message: Message
    ) -> QueryResult:
        del organization, message
        self.prefixes.append(prefix)
        if self.trouble:
            raise self.trouble
        last = self.last_day or min(delivery.period.last, delivery.delivered_at.date())
        totals = (usd(self.cost),)
        control = Control(
            lines=1,
            totals=totals,
            first_day=delivery.period.first,
            last_day=last,
            invoiced=self.invoiced,
            unknown_types=self.unknown,
            notes=self.notes,
            awaits_invoice=self.awaits,
        )
        staged = totals if self.staged is None else self.staged
        day = StagedDay(
            day=last,
            keys=(f"{prefix}x",),
            rows=1,
            totals=staged,
            last_hour=23,
            lines=1,
            sums=ANY_SUMS,
        )
        return QueryResult(control, (day,), 10)


@dataclass
class Placed:
    """An organization that a test fills, or that is in trouble."""

    placements: list[Placement] = field(default_factory=list)
    trouble: InputError | None = None
    observed: list[str] = field(default_factory=list)

    async def observe(self, run: str) -> None:
        self.observed.append(run)

    async def read(self) -> KnownOrganization:
        if self.trouble:
            raise self.trouble
        return KnownOrganization("s3://config/org.csv", "0" * 64, self.placements)

    async def compared(
        self, known: KnownOrganization, day: date, *, digest: bool
    ) -> tuple[KnownOrganization, KnownOrganization]:
        del day, digest
        return known, known


class Query:
    """A query worker over a bucket, with an engine and an export in reach."""

    def __init__(self, *delivered: Period, **engine: Any) -> None:
        self.store = MemoryStore()
        self.engine = Engine(**engine)
        self.shelf = Shelf(set(delivered))
        self.organization = Placed()
        self.accounts: OrganizationSource | None = None
        self.bell = MemoryBell()
        self.executions: Executions = NoExecutions()
        self.deadline: time | None = None
        self.budgets: tuple[Budget, ...] = ()
        self.limits: BudgetSource | None = None
        self.clock: dict[str, Any] = {}

    async def hear(self, event: Event, *, receives: int = 1) -> list[PeriodQueried]:
        readiness = Readiness(self.deadline, self.executions)
        export = Export(self.shelf)
        handle = QueryPeriods(
            export,
            self.engine,
            self.accounts or self.organization,
            self.store,
            readiness,
            self.bell,
            self.limits or WrittenBudgets(self.budgets),
            **self.clock,
        )
        said: Sequence[Event] = await handle(event, new_lease(receives=receives))
        return [event for event in said if isinstance(event, PeriodQueried)]

    @property
    def committed(self) -> list[str]:
        return [key for key in self.store.versions if key.endswith("manifest.json")]
