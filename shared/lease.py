"""A message's lease: extended inside each wait, never by a thread behind the work's back.

A background heartbeat would keep the lease of a stuck worker for ever. Here only code that is
alive and waiting asks for more time, and only up to a budget. A heartbeat that fails is asked
again at the next beat, as long as the lease that SQS granted last is sure to reach so far.
"""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

import structlog

from shared.errors import LeaseLost, Stopping
from shared.ports import Inbox, Message

log = structlog.get_logger()
T = TypeVar("T")
BUDGET = 30 * 60
"""Seconds one message may be worked on; far below the 12 hours that SQS allows in all."""


class Lease:
    """The right to work on one message for `visibility` seconds, renewable."""

    def __init__(
        self,
        inbox: Inbox,
        message: Message,
        visibility: int,
        stopping: asyncio.Event | None = None,
    ) -> None:
        """Begin when the message was received; beat three times per visibility timeout.

        `stopping` is set once the worker was told to stop; none: it never is.
        """
        self._inbox = inbox
        self._message = message
        self._visibility = visibility
        self._beat = visibility / 3
        self._stopping = stopping or asyncio.Event()
        self._clock = asyncio.get_running_loop().time
        self._ends = self._clock() + BUDGET
        self._sure_until = message.ours_until
        self._lost = False

    @property
    def message(self) -> Message:
        """The message that is worked on."""
        return self._message

    async def extend(self) -> None:
        """Ask for a full visibility timeout from now; raise LeaseLost when refused or spent.

        Any other error is raised only when the lease may run out before the next beat; an answer
        that does not come while the lease is sure is one.
        """
        asked = self._clock()
        if asked > self._ends:
            raise LeaseLost(f"worked on for more than {BUDGET} seconds")
        left = self._sure_until - asked
        try:
            async with asyncio.timeout(left if left > 0 else self._beat):
                await self._inbox.extend(self._message, self._visibility)
        except LeaseLost:
            raise
        except Exception as error:
            if self._clock() + self._beat > self._sure_until:
                raise
            log.warning("heartbeat-failed", error=repr(error))
        else:
            self._sure_until = asked + self._visibility

    async def assure(self) -> None:
        """Extend the lease unless it surely reaches over the next two beats; raise as `extend`.

        Two, so that the first heartbeat may fail like any other.
        """
        if self._clock() + 2 * self._beat > self._sure_until:
            await self.extend()

    def refuse_when_ending(self) -> None:
        """Raise Stopping once the worker was told to stop, LeaseLost once the lease is.

        Asked before what is shielded from being cut short: how long it will take nobody knows, and
        the seconds that a stopping worker has left are few.
        """
        if self._lost:
            raise LeaseLost("the lease was lost meanwhile")
        if self._stopping.is_set():
            raise Stopping("the worker was told to stop")

    async def hold(self, work: Awaitable[T]) -> T:
        """Wait for `work`, keeping the lease; when the lease is lost, cancel it and see it end."""
        task = asyncio.ensure_future(work)
        try:
            while not (await asyncio.wait({task}, timeout=self._beat))[0]:
                await self.extend()
        except Exception:
            self._lost = True
            raise
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
        return task.result()


async def finished(work: Awaitable[T]) -> T:
    """Wait for `work` to its end even when cancelled meanwhile; the cancel counts afterwards."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        if not task.cancelled() and (error := task.exception()):
            log.warning("failed-while-stopping", error=repr(error))
        raise
