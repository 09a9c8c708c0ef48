"""An audit that meets a run: what was written between two reads is no damage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import pytest

from services.auditor.handler import AuditArchive, looked, report_of, under_way
from services.auditor.listed import Queue, Table, Values
from shared.days import days_between
from shared.errors import Wait
from shared.locations import breakdown_key
from shared.memory import MemoryBell, MemoryStore
from shared.parquet import from_parquet, to_parquet
from shared.ports import ObjectInfo
from tests.support.audited import (
    LAST,
    MemoryAround,
    audit_request,
    clean_world,
    found_in,
    kinds,
    look_at,
    moment_after,
    rows_of,
)
from tests.support.units.aio import in_loop
from tests.support.units.events import archive, queried
from tests.support.units.leases import new_lease
from tests.support.units.rows import row

DAY = date(2026, 6, 3)
BETWEEN = ("objects", "partitions", "rows")
"""What an audit is about to ask for when the day is restated."""


async def restate(store: MemoryStore) -> None:
    """Archive the month as a later delivery has it: the day is dearer."""
    days = {day: rows_of(day) for day in days_between(date(2026, 6, 1), LAST)}
    days[DAY] = [*days[DAY], row("2", BillingDate=DAY, Service="AWSLambda")]
    version = "20260703T060000.000000Z/run/20260703T070000.000000Z"
    await archive(store, await queried(store, days, run="later", version=version))


@dataclass
class BusyWorld(MemoryAround):
    """An archive that a run writes to in the middle of an audit."""

    at: str = ""

    async def now(self, what: str) -> None:
        if what == self.at:
            self.at = ""
            self.rows[DAY] += 1
            await restate(self.store)

    async def partitions(self, table: Table) -> Mapping[Values, str]:
        await self.now("partitions")
        return await super().partitions(table)

    async def rows_by_day(self, partitions: Mapping[Values, str]) -> Mapping[date, int]:
        await self.now("rows")
        return await super().rows_by_day(partitions)


@dataclass
class BusyStore(MemoryStore):
    """The bucket of one."""

    world: BusyWorld | None = None

    async def list(self, prefix: str) -> list[ObjectInfo]:
        if self.world and prefix == "ou-breakdowns/":
            await self.world.now("objects")
        return await super().list(prefix)


def busy(at: str) -> BusyWorld:
    clean = clean_world()
    world = BusyWorld(**vars(clean), at=at)
    world.store = BusyStore(**vars(clean.store), world=world)
    return world


@pytest.fixture(params=BETWEEN)
def world(request: pytest.FixtureRequest) -> BusyWorld:
    return busy(request.param)


@in_loop
async def test_a_day_that_is_restated_meanwhile_is_no_damage(world: BusyWorld) -> None:
    listed = await looked(look_at(world), full=True)

    # The clock of the bucket is that of the morning; the forecaster is still to come.
    later = {"outlook-stale", "staged-not-archived"}
    assert {kind for kind, _ in kinds(report_of(listed, "run"))} <= later
    assert under_way(listed) == [f"{DAY} was written meanwhile"]


@in_loop
async def test_a_light_audit_reads_the_record_again_before_it_says_anything() -> None:
    listed = await looked(look_at(busy("objects")), full=False)

    assert "object-altered" not in [finding.kind for finding in report_of(listed, "run").findings]


@in_loop
async def test_a_copy_of_what_was_restated_meanwhile_is_the_second_object() -> None:
    """By the record that was read first the copy would be the day, and the day the second."""
    world = busy("objects")
    held = world.store.versions[breakdown_key(DAY)][-1]
    copy = breakdown_key(DAY).replace("ou-breakdown-", "copy-")
    await world.store.put(copy, held.body, metadata=held.metadata)

    listed = await looked(look_at(world), full=False)

    found = [each for each in report_of(listed, "run").findings if each.kind == "second-object"]
    assert [each.remedy.split()[3] for each in found] == [f"s3://archive/{copy}"]


@in_loop
async def test_the_audit_waits_for_what_wrote_meanwhile(
    world: BusyWorld,
) -> None:
    bell = MemoryBell()
    handle = AuditArchive(look_at(world), world.store, bell)
    request = audit_request().model_copy(update={"time": moment_after(LAST)})

    with pytest.raises(Wait, match=f"{DAY} was written meanwhile: a run is under way"):
        await handle(request, new_lease())

    assert bell.alarms == []


@in_loop
async def test_queues_are_looked_at_again_after_the_contents() -> None:
    world = clean_world()

    class Later(MemoryAround):
        async def look(self, names: Sequence[str]) -> Sequence[Queue]:
            found = await super().look(names)
            self.queued = [Queue("daybook-archiver", 0, in_hand=1), Queue("daybook-query-dlq", 0)]
            return found

    listed = await looked(look_at(Later(**vars(world))), full=True)

    assert under_way(listed) == ["daybook-archiver"]


@in_loop
async def test_bytes_that_are_not_those_of_their_checksum_are_found_all_the_same() -> None:
    world = clean_world()
    held = world.store.versions[breakdown_key(DAY)][-1]
    other = replace(held, body=to_parquet(from_parquet(held.body).slice(1)))
    world.store.versions[breakdown_key(DAY)] = [other]

    found = await found_in(world, full=True)

    assert ("object-altered", str(DAY)) in found
    report = report_of(await looked(look_at(world), full=True), "run")
    assert "aws s3 rm" in report.findings[0].remedy
