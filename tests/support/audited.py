"""An archive of many clean days, made by the archiver and the forecaster, and ways to damage it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache

from services.auditor.around import Around
from services.auditor.handler import looked, report_of
from services.auditor.listed import Ingestion, Queue, Table, Values
from services.auditor.look import Look
from services.auditor.report import AuditReport
from services.notifier.sending.claim import claim_name
from shared.days import Period, days_between, periods_between
from shared.digest_claim import Claim, ClaimState
from shared.events import Event, parse
from shared.locations import BREAKDOWNS, OUTLOOKS, day_of_partition, digest_claim_key, partition
from shared.memory import MemoryStore
from tests.support.units.events import archive, assess, queried
from tests.support.units.rows import Row, row

FIRST, LAST = date(2026, 5, 29), date(2026, 6, 8)
RECIPIENTS = ("finance@example.com",)
PREFIXES = {"ou_breakdown": BREAKDOWNS, "ou_outlook": OUTLOOKS}


def audit_request(*, full: bool = True, number: int = 1) -> Event:
    """Return the event that asks for an audit."""
    return parse(
        '{"specversion":"1.0","type":"audit-requested","source":"daybook.schedule",'
        f'"id":"audit-{number}","time":"2026-06-16T15:30:00Z","data":{{"full":{str(full).lower()}}}}}'
    )


def moment_after(last: date) -> datetime:
    """Return when the daily audit comes that expects `last`."""
    return datetime.combine(last + timedelta(days=2), time(15, 30), tzinfo=UTC)


def rows_of(day: date) -> Sequence[Row]:
    """Return a day's rows: two accounts in two OUs, amounts of their own."""
    cents = Decimal(day.toordinal() % 977).scaleb(-2)
    return (
        row(str(cents + 1), BillingDate=day),
        row("0.1", BillingDate=day, Service="AmazonS3"),
        row("3.333333333", BillingDate=day, LinkedAccount="222222222222", OUPath="Root/Dev"),
    )


async def clean_archive(store: MemoryStore, first: date, last: date) -> None:
    """Archive, assess and report every day, as daily runs leave them."""
    for period in periods_between(first, last):
        days = list(days_between(max(first, period.first), min(last, period.last)))
        version = f"{period.next.first:%Y%m}02T060000.000000Z/run"
        said = await queried(
            store,
            {day: rows_of(day) for day in days},
            run=f"run-{period}",
            version=f"{version}/20260101T000000.000000Z",
            complete_through=None,
        )
        await assess(store, await archive(store, said))
    for day in days_between(first, last):
        await claim(store, day, ClaimState.SENT)


async def claim(store: MemoryStore, day: date, state: ClaimState, *, kind: str = "daily") -> None:
    """Record what is known of a day's digest."""
    made = Claim(state=state, run="run", owner="owner", at=moment_after(day))
    name = claim_name(day, kind, RECIPIENTS)
    await store.put(digest_claim_key(name), made.model_dump_json().encode())


@dataclass
class MemoryAround:
    """Everything around an archive in memory: as it must be, until a test changes it."""

    store: MemoryStore
    tables: dict[Table, dict[Values, str]] = field(default_factory=dict)
    queued: list[Queue] = field(default_factory=list)
    ingested: dict[str, Ingestion | None] = field(default_factory=dict)
    deliveries: dict[Period, datetime] | None = None
    rows: dict[date, int] = field(default_factory=dict)

    def copy(self) -> "MemoryAround":
        """Return another like it: what a test changes there is its own."""
        versions = {key: list(kept) for key, kept in self.store.versions.items()}
        return replace(
            self,
            store=replace(self.store, versions=versions),
            tables={table: dict(places) for table, places in self.tables.items()},
            queued=list(self.queued),
            ingested=dict(self.ingested),
            deliveries=dict(self.deliveries or {}),
            rows=dict(self.rows),
        )

    def forget(self, prefix: str) -> None:
        """Remove every object below a prefix."""
        for key in [key for key in self.store.versions if key.startswith(prefix)]:
            del self.store.versions[key]

    async def partitions(self, table: Table) -> Mapping[Values, str]:
        return self.tables[table]

    async def newest(self, dataset: str) -> Ingestion | None:
        return self.ingested.get(dataset)

    async def look(self, names: Sequence[str]) -> Sequence[Queue]:
        return [each for each in self.queued if each.name in names]

    async def delivered(self) -> Mapping[Period, datetime] | None:
        return self.deliveries

    async def rows_by_day(self, partitions: Mapping[Values, str]) -> Mapping[date, int]:
        del partitions
        return self.rows

    def around(self) -> Around:
        return Around(self, self, self, self, self)


async def in_memory(first: date = FIRST, last: date = LAST) -> MemoryAround:
    """Return a clean archive in memory, and everything around it."""
    store = MemoryStore(bucket="archive", now=lambda: moment_after(last) - timedelta(hours=8))
    await clean_archive(store, first, last)
    tables: dict[Table, dict[Values, str]] = {}
    for table, prefix in PREFIXES.items():
        days = [day for item in await store.list(prefix) if (day := day_of_partition(item.key))]
        tables[table] = {
            (str(d.year), str(d.month), str(d.day)): f"s3://archive/{prefix}{partition(d)}"
            for d in days
        }
    rows = {day: len(rows_of(day)) for day in days_between(first, last)}
    delivered = {
        period: datetime.combine(period.next.first + timedelta(days=1), time(6), tzinfo=UTC)
        for period in periods_between(first, last)
    }
    queues = [Queue(f"daybook-{name}", 0) for name in ("query", "query-dlq", "archiver")]
    return MemoryAround(
        store, tables, queues, {"set": Ingestion("one", "COMPLETED")}, delivered, rows
    )


def look_at(world: MemoryAround, last: date = LAST) -> Look:
    """Return a look at an archive in memory, on the day that expects `last`."""
    names = [queue.name for queue in world.queued]
    return Look(
        world.store, world.around(), tuple(world.ingested), names, now=lambda: moment_after(last)
    )


async def audited(look: Look, *, full: bool = True, through: date | None = None) -> AuditReport:
    """Look and decide."""
    return report_of(await looked(look, full=full, through=through), "run")


def kinds(report: AuditReport) -> list[tuple[str, str]]:
    """Return kind and day of each finding."""
    return [(finding.kind, str(finding.day or "")) for finding in report.findings]


@cache
def _clean() -> MemoryAround:
    return asyncio.run(in_memory())


def clean_world() -> MemoryAround:
    """Return a clean archive in memory that is the caller's own; it is made once."""
    return _clean().copy()


async def found_in(world: MemoryAround, *, full: bool = False) -> list[tuple[str, str]]:
    """Return the kinds and days of what an audit finds."""
    return kinds(await audited(look_at(world), full=full))
