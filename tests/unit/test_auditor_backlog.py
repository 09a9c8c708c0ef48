"""Months of a backfill that wait for their turn are not asked for a second time."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.auditor.handler import AuditArchive
from services.auditor.listed import Queue
from services.auditor.report import AuditReport
from shared.errors import Wait
from shared.events import Event
from shared.locations import LATEST_AUDIT, breakdown_key
from shared.memory import MemoryBell
from tests.support.audited import (
    LAST,
    MemoryAround,
    audit_request,
    clean_world,
    look_at,
    moment_after,
)
from tests.support.units.aio import in_loop
from tests.support.units.leases import new_lease

DAY = date(2026, 6, 3)
BACKFILLS = "daybook-query-backfill"


@pytest.fixture
def world() -> MemoryAround:
    made = clean_world()
    made.forget(breakdown_key(DAY))
    made.queued = [Queue(BACKFILLS, 11, in_hand=1)]
    return made


class Auditor:
    """An auditor, some time after it was asked."""

    def __init__(self, world: MemoryAround, later: timedelta) -> None:
        self.bell, self.later = MemoryBell(), later
        moment = moment_after(LAST) + later
        look = replace(look_at(world), now=lambda: moment)
        self.handle = AuditArchive(look, world.store, self.bell)

    async def hear(self, number: int, *, asked: timedelta) -> list[Event]:
        request = audit_request(full=False, number=number)
        moment = moment_after(LAST) + asked
        return list(await self.handle(request.model_copy(update={"time": moment}), new_lease()))


@in_loop
async def test_a_replay_that_still_has_months_to_begin_is_waited_for(world: MemoryAround) -> None:
    with pytest.raises(Wait, match=BACKFILLS):
        await Auditor(world, timedelta(minutes=5)).hear(1, asked=timedelta())


@in_loop
async def test_one_that_waits_for_a_late_export_is_not(world: MemoryAround) -> None:
    """It is put back with a delay, or is in hand: the queue shows neither as waiting."""
    world.queued = [Queue(BACKFILLS, 0, in_hand=1)]

    assert len(await Auditor(world, timedelta(minutes=5)).hear(1, asked=timedelta())) == 1


@in_loop
async def test_after_its_patience_the_audit_reports_and_asks_for_nothing(
    world: MemoryAround,
) -> None:
    auditor = Auditor(world, timedelta(minutes=91))

    assert await auditor.hear(1, asked=timedelta()) == []

    found = await world.store.get(LATEST_AUDIT)
    assert found
    report = AuditReport.model_validate_json(found.body)
    assert ([each.kind for each in report.findings], report.asked) == (["object-gone"], False)
    assert auditor.bell.alarms == []


@in_loop
async def test_what_was_not_asked_for_is_no_repair_that_did_not_help(world: MemoryAround) -> None:
    await Auditor(world, timedelta(minutes=91)).hear(1, asked=timedelta())
    world.queued = [Queue(BACKFILLS, 0)]
    later = Auditor(world, timedelta(hours=7))

    assert len(await later.hear(2, asked=timedelta(hours=7))) == 1
    assert later.bell.alarms == []
