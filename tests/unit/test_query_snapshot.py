"""The snapshot rule, over every order of a refresh and a query."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path

import pyarrow as pa
import pytest

from services.query.engine import Control, QueryResult
from services.query.export import Export
from services.query.handler import QueryPeriods
from services.query.manifest import Delivery
from services.query.organization_source import KnownOrganization
from services.query.readiness import Readiness
from services.query.snapshot import LONG, ExportFile, Snapshot
from shared.days import Period
from shared.errors import InputError, Wait
from shared.events import Event
from shared.memory import MemoryBell, MemoryStore
from shared.ports import Message
from shared.staging import StagedDay
from tests.support.units.aio import in_loop
from tests.support.units.events import tick
from tests.support.units.leases import new_lease
from tests.support.units.queries import ANY_SUMS
from tests.support.units.rows import DAY, usd

MARCH = Period.of(DAY)
FILES = tuple(f"data/BILLING_PERIOD=2026-03/part-{n}.parquet" for n in range(4))
MANIFEST = "metadata/BILLING_PERIOD=2026-03/cur-Manifest.json"
READS = len(FILES) + 4
"""Moments of a query: it reads the manifest, lists, reads each file, and looks so again."""
WRITES = len(FILES) + 1
"""Moments of a refresh: each file, then the manifest."""
NOW = datetime(2026, 3, 17, 7, tzinfo=UTC)


@dataclass
class Bucket:
    """An export whose files are replaced one by one, at the moments that `order` says.

    `order` tells for each moment whether the next step is the refresh's.
    """

    order: tuple[bool, ...]
    began: datetime
    versions: dict[str, int] = field(default_factory=dict)
    written: dict[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.steps = iter(self.order)
        self.refreshing = iter((*FILES, MANIFEST))
        self.clock = self.began
        for path in (*FILES, MANIFEST):
            self.versions[path], self.written[path] = 1, self.began - timedelta(hours=1)

    def move(self) -> None:
        """Let the refresh go on until it is the query's turn."""
        for refresh in self.steps:
            if not refresh:
                return
            path = next(self.refreshing)
            self.versions[path] = 2
            self.clock += timedelta(seconds=1)
            self.written[path] = self.clock

    async def files(self, prefix: str) -> list[ExportFile]:
        if prefix.startswith("data/"):
            self.move()
        return [
            ExportFile(path, str(self.versions[path]), self.written[path])
            for path in sorted(self.versions)
            if path.startswith(prefix)
        ]

    async def read(self, path: str) -> tuple[bytes, datetime]:
        self.move()
        listed = [f"s3://cur/{file}" for file in FILES]
        body = {"executionId": str(self.versions[path]), "dataFiles": listed}
        return json.dumps(body).encode(), self.written[path]

    async def tail(self, path: str, size: int) -> bytes:
        raise AssertionError(path, size)

    async def fetch(self, path: str, folder: Path) -> Path:
        del folder
        self.move()
        return Path(str(self.versions[path]))


@dataclass
class Reader:
    """An engine that reads every file and remembers which versions it saw."""

    export: Export
    saw: set[str] = field(default_factory=set)
    trouble: Exception | None = None

    async def stage(
        self, delivery: Delivery, organization: pa.Table, prefix: str, message: Message
    ) -> QueryResult:
        del organization, message
        self.saw = {str(path) for path in await self.export.fetch(delivery, Path())}
        if self.trouble:
            raise self.trouble
        day = StagedDay(
            day=DAY, keys=(f"{prefix}x",), rows=1, totals=(usd("1"),), lines=1, sums=ANY_SUMS
        )
        control = Control(1, (usd("1"),), DAY, DAY, invoiced=False)
        return QueryResult(control, (day,), 1)


class Nobody:
    """An organization without accounts."""

    async def observe(self, run: str) -> None: ...

    async def read(self) -> KnownOrganization:
        return KnownOrganization("s3://config/org.csv", "0" * 64, [])

    async def compared(
        self, known: KnownOrganization, day: date, *, digest: bool
    ) -> tuple[KnownOrganization, KnownOrganization]:
        del day, digest
        return known, known


def handler_of(export: Export, reader: Reader) -> QueryPeriods:
    store = MemoryStore()
    return QueryPeriods(
        export, reader, Nobody(), store, Readiness(None), MemoryBell(), now=lambda: NOW
    )


async def query(bucket: Bucket, trouble: Exception | None = None) -> tuple[set[str], list[Event]]:
    """Return the versions that were read, and what the worker said if it accepted them."""
    export = Export(bucket)
    reader = Reader(export, trouble=trouble)
    handle = handler_of(export, reader)
    try:
        return reader.saw, list(await handle(tick(), new_lease()))
    except Wait:
        return reader.saw, []
    finally:
        bucket.move()


def orders() -> list[tuple[bool, ...]]:
    """Return every order of the refresh's writes among the query's moments."""
    moments = range(READS + WRITES)
    return [
        tuple(moment in chosen for moment in moments) for chosen in combinations(moments, WRITES)
    ]


@in_loop
async def test_no_order_of_a_refresh_and_a_query_gives_two_halves() -> None:
    torn, accepted = 0, 0
    for order in orders():
        bucket = Bucket(order, NOW)
        export = Export(bucket)
        reader = Reader(export)
        handle = handler_of(export, reader)
        try:
            await handle(tick(), new_lease())
            said = True
        except Wait:
            said = False
        torn += len(reader.saw) > 1
        accepted += said
        assert not (said and len(reader.saw) > 1), order

    assert len(orders()) == 1287
    assert torn > 50, "the orders that tear must be among them"
    assert accepted >= 2, "before and after the refresh all is quiet"


@in_loop
async def test_a_quiet_export_is_accepted_before_and_after_a_refresh() -> None:
    before = Bucket((*[False] * READS, *[True] * WRITES), NOW)
    after = Bucket((*[True] * WRITES, *[False] * READS), NOW)

    assert (await query(before))[1]
    assert (await query(after))[1]


@in_loop
async def test_a_file_that_is_broken_only_by_the_refresh_is_no_bad_input() -> None:
    order = (False, True, *[False] * (READS - 1), *[True] * (WRITES - 1))
    bucket = Bucket(order, NOW)

    assert (await query(bucket, InputError("part-0", "is gone", "x")))[1] == []


def snapshot(*files: tuple[str, datetime]) -> Snapshot:
    delivery = Delivery(MARCH, MANIFEST, "1", datetime(2026, 3, 17, 6, tzinfo=UTC), FILES)
    return Snapshot.of(delivery, (ExportFile(path, "e", modified) for path, modified in files))


def test_files_beside_the_manifest_are_named_and_what_is_no_data_is_not() -> None:
    when = datetime(2026, 3, 17, 5, tzinfo=UTC)
    found = snapshot((FILES[0], when), ("data/x/old.csv.gz", when), ("data/x/create.sql", when))

    assert found.strays == ("data/x/old.csv.gz",)
    assert found.notes == (
        "1 file lies in the export's folder but not in its manifest, and was not read.",
    )
    assert snapshot((FILES[0], when)).notes == ()


@pytest.mark.parametrize(
    ("written", "now", "refreshed", "torn"),
    [
        (timedelta(seconds=0), timedelta(0), False, False),
        (timedelta(milliseconds=900), timedelta(0), False, False),
        (timedelta(seconds=1), timedelta(minutes=1), True, False),
        (timedelta(seconds=1), LONG, True, False),
        (timedelta(seconds=1), LONG + timedelta(minutes=1), False, True),
        (timedelta(seconds=0), LONG + timedelta(minutes=1), False, False),
    ],
)
def test_a_file_newer_than_its_manifest_is_a_refresh_and_after_hours_a_torn_delivery(
    written: timedelta, now: timedelta, refreshed: bool, torn: bool
) -> None:
    delivered = datetime(2026, 3, 17, 6, tzinfo=UTC)
    found = snapshot((FILES[0], delivered + written))

    assert bool(found.being_refreshed(delivered + now)) is refreshed
    assert bool(found.left_torn(delivered + now)) is torn
