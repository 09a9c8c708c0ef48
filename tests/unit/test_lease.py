"""The lease: kept while its work goes on, and the work ends with it."""

import asyncio
import math
from dataclasses import replace

import pytest

from shared import lease as lease_module
from shared.errors import LeaseLost, Stopping
from shared.lease import Lease
from shared.memory import MemoryInbox
from shared.ports import Message
from tests.faults.clock import VirtualLoop
from tests.support.units.aio import in_loop
from tests.support.units.leases import message_in_hand, new_lease
from tests.support.units.loops import BeatingInbox, FleetingInbox, StutteringInbox

TENTH = 0.03
"""A visibility whose beat is ten milliseconds."""


def lease_on(inbox: MemoryInbox, visibility: float = TENTH) -> Lease:
    return Lease(inbox, message_in_hand(inbox), visibility)  # type: ignore[arg-type]


async def done() -> str:
    return "done"


@in_loop
async def test_work_that_is_done_at_once_needs_no_more_time() -> None:
    inbox = MemoryInbox()

    assert await lease_on(inbox, 30).hold(done()) == "done"

    assert inbox.extended == 0


@in_loop
async def test_the_lease_is_extended_as_long_as_the_work_takes() -> None:
    inbox = BeatingInbox(beats=3)

    await lease_on(inbox).hold(inbox.enough.wait())

    assert inbox.extended == 3


@in_loop
async def test_an_error_of_the_work_is_its_own() -> None:
    async def broken() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await lease_on(MemoryInbox(), 30).hold(broken())


@in_loop
async def test_work_is_cancelled_when_the_lease_is_lost() -> None:
    inbox = FleetingInbox(beats=1)
    cancelled = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    with pytest.raises(LeaseLost):
        await lease_on(inbox).hold(work())

    await asyncio.wait_for(cancelled.wait(), timeout=5)


@in_loop
async def test_work_is_cancelled_with_the_one_who_waits_for_it() -> None:
    begun, cancelled = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    waiting = asyncio.create_task(lease_on(MemoryInbox(), 30).hold(work()))
    await begun.wait()
    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting
    await asyncio.wait_for(cancelled.wait(), timeout=5)


@in_loop
async def test_a_beat_that_fails_once_is_made_up_for_by_the_next() -> None:
    inbox = StutteringInbox(beats=3, fails=(2, 4))

    await lease_on(inbox, 1).hold(inbox.enough.wait())

    assert inbox.asked == 5


@in_loop
async def test_the_work_ends_with_an_error_while_its_lease_is_still_sure() -> None:
    inbox = StutteringInbox(fails=(2, 3, 4))
    begun = asyncio.get_running_loop().time()

    with pytest.raises(OSError, match="out of reach"):
        await lease_on(inbox, 1).hold(asyncio.Event().wait())

    assert inbox.asked == 3
    assert asyncio.get_running_loop().time() - begun < 1 / 3 + 1


@in_loop
@pytest.mark.parametrize(("left", "asked"), [(30, 0), (20, 0), (19, 1), (-math.inf, 1)])
async def test_only_a_lease_that_may_not_reach_over_two_beats_is_extended_before_the_work(
    monkeypatch: pytest.MonkeyPatch, left: float, asked: int
) -> None:
    """A lease of 30 seconds beats every 10; one that just began needs no question."""
    inbox = MemoryInbox()
    lease = Lease(inbox, replace(message_in_hand(inbox), ours_until=left), 30)
    monkeypatch.setattr(lease, "_clock", lambda: 0.0)

    await lease.assure()

    assert inbox.extended == asked


@in_loop
async def test_the_first_beat_may_not_fail_for_nobody_knows_how_far_the_lease_reaches() -> None:
    inbox = StutteringInbox(fails=(1,))

    with pytest.raises(OSError, match="out of reach"):
        await lease_on(inbox).hold(asyncio.Event().wait())


@in_loop
async def test_a_lease_counts_from_the_request_however_late_its_answer_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """SQS begins to count when it is asked; whoever counts from the answer believes too much."""
    clock = [0.0]
    inbox = _SlowlyExtending(clock, takes=50, fails=(2,))
    lease = lease_on(inbox, 120)
    monkeypatch.setattr(lease, "_clock", lambda: clock[0])
    await lease.extend()

    clock[0] = 85  # the next beat, 40 seconds later, comes after second 120

    with pytest.raises(OSError, match="out of reach"):
        await lease.extend()


class _SlowlyExtending(StutteringInbox):
    def __init__(self, clock: list[float], *, takes: float, fails: tuple[int, ...]) -> None:
        super().__init__(fails=fails)
        self.clock, self.takes = clock, takes

    async def extend(self, message: Message, seconds: int) -> None:
        await super().extend(message, seconds)
        self.clock[0] += self.takes


@in_loop
async def test_a_worker_that_was_told_to_stop_begins_nothing_that_must_not_be_cut() -> None:
    stopping = asyncio.Event()
    lease = new_lease(stopping=stopping)
    lease.refuse_when_ending()

    stopping.set()

    await lease.extend()
    with pytest.raises(Stopping):
        lease.refuse_when_ending()


@in_loop
async def test_work_that_outlives_its_lease_begins_nothing_that_must_not_be_cut() -> None:
    """What is shielded from the cancel asks by itself."""
    inbox = FleetingInbox(beats=1)
    lease, asked = lease_on(inbox), []

    async def shielded() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            with pytest.raises(LeaseLost, match="was lost meanwhile"):
                lease.refuse_when_ending()
            asked.append(True)

    with pytest.raises(LeaseLost):
        await lease.hold(shielded())

    assert asked == [True]


@in_loop
async def test_a_message_that_is_not_in_hand_has_no_lease() -> None:
    inbox = MemoryInbox()
    lease = lease_on(inbox)
    inbox.taken.clear()

    with pytest.raises(LeaseLost):
        await lease.extend()


@in_loop
async def test_a_lease_is_not_extended_beyond_its_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease_module, "BUDGET", -1)
    inbox = MemoryInbox()

    with pytest.raises(LeaseLost, match="worked on for more than"):
        await lease_on(inbox).extend()

    assert inbox.extended == 0


class LateInbox(MemoryInbox):
    """Extends once; then an extension fails slowly, and the next one hangs."""

    asked = 0

    async def extend(self, message: Message, seconds: int) -> None:
        self.asked += 1
        if self.asked == 1:
            return await super().extend(message, seconds)
        if self.asked == 2:
            await asyncio.sleep(16)
            raise OSError("three connect time-outs")
        return await asyncio.sleep(3600)


def test_work_ends_with_the_lease_though_a_heartbeat_hangs() -> None:
    loop = VirtualLoop()

    async def work() -> None:
        inbox = LateInbox()
        with pytest.raises(TimeoutError):
            await lease_on(inbox, 120).hold(asyncio.Event().wait())

    loop.run_until_complete(work())

    assert loop.time() == 40 + 120, "the first beat's time and the lease that it was granted"
    loop.close()
