"""The loop: receive one message, attempt it, settle it. Everything a worker is rests on this.

The order is fixed: the handler's effects, then its events, then the delete. A crash at any
point leaves the message on the queue, and handlers are safe to repeat.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Sequence
from typing import Protocol

import structlog

from shared import logs
from shared.errors import Telling
from shared.events import Event, parse
from shared.lease import Lease
from shared.outcomes import Delay, Outcome, Verdict, backoff
from shared.ports import Inbox, Message, Outbox
from shared.vitals import Vitals

log = structlog.get_logger()


class Handler(Protocol):
    """What a worker does: an event in, events out; effects are safe to repeat."""

    def __call__(self, event: Event, lease: Lease, /) -> Awaitable[Sequence[Event]]:
        """Handle one event under a lease the loop keeps; `outcomes.MEANT` lists the last words."""


class Worker:
    """Feeds one queue's messages to one handler until it is told to stop."""

    def __init__(
        self,
        inbox: Inbox,
        outbox: Outbox,
        handle: Handler,
        *,
        visibility: int,
        vitals: Vitals | None = None,
    ) -> None:
        """`visibility` is the queue's visibility timeout in seconds."""
        self._inbox = inbox
        self._outbox = outbox
        self._handle = handle
        self._visibility = visibility
        self._vitals = vitals or Vitals()
        self._unreachable = 0
        self._stopping = asyncio.Event()

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """Finish the message in hand and receive no more."""
        self._stopping.set()

    async def run(self) -> None:
        """Work until stopped."""
        while not self._stopping.is_set():
            if pause := self._vitals.pause():
                await self._rest(pause)
            elif message := await self._receive():
                await self.process(message)

    async def _receive(self) -> Message | None:
        try:
            message = await self._inbox.receive()
        except Exception as error:  # noqa: BLE001 - a queue out of reach must not end a worker
            self._unreachable += 1
            log.warning("receive-failed", error=repr(error), failures=self._unreachable)
            await self._rest(backoff(self._unreachable))
            return None
        self._unreachable = 0
        return message

    async def process(self, message: Message) -> Verdict:
        """Attempt and settle one message; a worker that is stopping gives it back at once."""
        with logs.message_bound(message):
            verdict = Verdict(Outcome.STOPPED) if self.stopping else await self._attempt(message)
            await self._settle(message, verdict)
            await self._vitals.note(message, verdict)
        return verdict

    async def _attempt(self, message: Message) -> Verdict:
        try:
            await self._work(message)
        except asyncio.CancelledError as cancelled:
            self.stop()
            return Verdict(Outcome.STOPPED, cancelled)
        except Exception as error:  # noqa: BLE001 - whatever it is, the message must be settled
            return Verdict.of(error)
        return Verdict(Outcome.DONE)

    async def _work(self, message: Message) -> None:
        event = parse(message.body)
        logs.bind_event(event)
        log.info("handling")
        lease = Lease(self._inbox, message, self._visibility, self._stopping)
        await lease.assure()
        await lease.hold(self._handle_and_tell(event, lease))

    async def _handle_and_tell(self, event: Event, lease: Lease) -> None:
        try:
            says = await self._handle(event, lease)
        except Telling as some:
            await self._tell(some.says)
            raise some.meant from some.meant.__cause__
        await self._tell(says)

    async def _tell(self, events: Sequence[Event]) -> None:
        for event in events:
            await self._outbox.publish(event)
            log.info("published", type=event.type, id=event.id)

    async def _settle(self, message: Message, verdict: Verdict) -> None:
        outcome = verdict.outcome
        log.log(outcome.level, "settled", outcome=outcome.name, **_why(verdict))
        try:
            if outcome.deletes:
                await self._inbox.delete(message)
            elif outcome.delay is Delay.COPY:
                await self._inbox.defer(message, verdict.delay(message.receives))
            elif outcome.delay is not Delay.LEFT:
                await self._inbox.release(message, verdict.delay(message.receives))
        except asyncio.CancelledError:
            self.stop()  # whatever hung here may not have happened: give the message back at once
            await self._settle(message, Verdict(Outcome.STOPPED))
        except Exception as error:  # noqa: BLE001 - unsettled, the message comes back by itself
            log.warning("settle-failed", error=repr(error))

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), timeout=seconds)


def _why(verdict: Verdict) -> dict[str, object]:
    """Log the reason; a fault nobody foresaw comes with its traceback."""
    if verdict.error is None:
        return {}
    trace = {"exc_info": verdict.error} if verdict.outcome is Outcome.FAILED else {}
    return {"reason": str(verdict.error) or repr(verdict.error), **trace}
