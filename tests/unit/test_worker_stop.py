"""A worker that is told to stop, or cancelled: nothing it has in hand is lost or kept."""

import asyncio

import pytest

from shared import worker as worker_module
from shared.errors import Retry
from shared.events import Event
from shared.lease import Lease
from shared.memory import MemoryInbox
from shared.outcomes import Outcome
from shared.ports import Message
from tests.support.units.aio import in_loop
from tests.support.units.events import tick
from tests.support.units.loops import DryingInbox, Script, received, worker_of


@in_loop
async def test_a_cancelled_handler_gives_its_message_back_at_once() -> None:
    inbox = MemoryInbox()
    message = await received(inbox)
    begun = asyncio.Event()

    class Endless(Script):
        async def __call__(self, event: Event, lease: Lease) -> tuple[Event, ...]:
            begun.set()
            await asyncio.Event().wait()
            raise AssertionError(event, lease)

    task = asyncio.create_task(worker_of(inbox, Endless()).process(message))
    await begun.wait()
    task.cancel()
    verdict = await task

    assert verdict.outcome is Outcome.STOPPED
    assert inbox.released == [(message, 0)]


@pytest.mark.parametrize("trouble", [None, Retry("early", after=900)])
@in_loop
async def test_a_message_whose_settling_hangs_until_the_cancel_is_given_back_at_once(
    trouble: Exception | None,
) -> None:
    inbox = _Hanging()
    message = await received(inbox)
    worker = worker_of(inbox, Script(trouble))
    task = asyncio.create_task(worker.process(message))
    await inbox.hangs.wait()
    task.cancel()
    await task

    assert worker.stopping
    assert inbox.released == [(message, 0)]
    assert inbox.deleted == []


class _Hanging(MemoryInbox):
    """Does not answer the first time that a message is settled."""

    def __init__(self) -> None:
        super().__init__()
        self.hangs = asyncio.Event()

    async def delete(self, message: Message) -> None:
        self.hangs.set()
        await asyncio.Event().wait()
        await super().delete(message)

    async def release(self, message: Message, after: int) -> None:
        if not self.hangs.is_set():
            self.hangs.set()
            await asyncio.Event().wait()
        await super().release(message, after)


@in_loop
async def test_a_cancelled_worker_receives_no_more() -> None:
    inbox = DryingInbox()
    inbox.send(tick().to_json())
    inbox.send(tick().to_json())
    begun = asyncio.Event()

    class Endless(Script):
        async def __call__(self, event: Event, lease: Lease) -> tuple[Event, ...]:
            if self.heard:
                return ()
            self.heard.append(event)
            begun.set()
            await asyncio.Event().wait()
            raise AssertionError(lease)

    worker = worker_of(inbox, Endless())
    inbox.worker = worker
    task = asyncio.create_task(worker.run())
    await begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert inbox.deleted == []


@in_loop
async def test_a_stopping_worker_gives_back_what_it_received() -> None:
    inbox, script = MemoryInbox(), Script()
    message = await received(inbox)
    worker = worker_of(inbox, script)
    worker.stop()

    verdict = await worker.process(message)

    assert verdict.outcome is Outcome.STOPPED
    assert inbox.released == [(message, 0)]
    assert script.heard == []


@in_loop
async def test_a_worker_that_is_stopped_before_it_begins_receives_nothing() -> None:
    inbox, script = MemoryInbox(), Script()
    inbox.send(tick().to_json())
    worker = worker_of(inbox, script)
    worker.stop()

    await worker.run()

    assert len(inbox.waiting) == 1


@in_loop
async def test_stop_ends_a_rest_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "backoff", lambda _failures: 3600)
    inbox = DryingInbox(troubles=[OSError("dns")])
    worker = worker_of(inbox, Script())
    task = asyncio.create_task(worker.run())
    await inbox.troubled.wait()
    worker.stop()

    await asyncio.wait_for(task, timeout=5)
