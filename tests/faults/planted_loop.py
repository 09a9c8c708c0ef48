"""Mistakes in the loop, the outcomes and the events."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

from shared import events, ids
from shared.lease import Lease
from shared.outcomes import Outcome, Verdict
from shared.ports import Message
from shared.sns import SnsOutbox
from shared.sqs import SqsInbox
from shared.worker import Worker
from tests.faults.mutants import Patches

_PROCESS, _ATTEMPT, _WORK = Worker.process, Worker._attempt, Worker._work
_RECEIVE, _PUBLISH = SqsInbox.receive, SnsOutbox.publish
_EXTEND, _DERIVE = Lease.extend, ids.derive_id


def delete_before_publish() -> Patches:
    async def work(self: Worker, message: Message) -> None:
        inner = self._outbox

        class First:
            async def publish(self, event: events.Event) -> None:
                await inbox.delete(message)
                await inner.publish(event)

        inbox, self._outbox = self._inbox, First()
        try:
            await _WORK(self, message)
        finally:
            self._outbox = inner

    return ((Worker, "_work", work),)


def delete_before_handling() -> Patches:
    async def process(self: Worker, message: Message) -> Verdict:
        await self._inbox.delete(message)
        return await _PROCESS(self, message)

    return ((Worker, "process", process),)


def delete_in_finally() -> Patches:
    async def process(self: Worker, message: Message) -> Verdict:
        try:
            return await _PROCESS(self, message)
        finally:
            await self._inbox.delete(message)

    return ((Worker, "process", process),)


def swallow() -> Patches:
    async def attempt(self: Worker, message: Message) -> Verdict:
        await _ATTEMPT(self, message)
        return Verdict(Outcome.DONE)

    return ((Worker, "_attempt", attempt),)


def ignore_publish() -> Patches:
    async def publish(self: SnsOutbox, event: events.Event) -> None:
        with contextlib.suppress(Exception):
            await _PUBLISH(self, event)

    return ((SnsOutbox, "publish", publish),)


def release_instead() -> Patches:
    async def delete(self: SqsInbox, message: Message) -> None:
        await self.release(message, 0)

    return ((SqsInbox, "delete", delete),)


def waits_for_nothing() -> Patches:
    async def defer(self: SqsInbox, message: Message, after: int) -> None:
        del after
        await self.delete(message)

    return ((SqsInbox, "defer", defer),)


def defers_backwards() -> Patches:
    async def defer(self: SqsInbox, message: Message, after: int) -> None:
        await self.delete(message)
        await self._client.send_message(
            QueueUrl=self._queue, MessageBody=message.body, DelaySeconds=after
        )

    return ((SqsInbox, "defer", defer),)


def begins_while_stopping() -> Patches:
    return ((Lease, "refuse_when_ending", lambda _self: None),)


def deletes(outcome: str) -> Callable[[], Patches]:
    return lambda: ((Outcome[outcome], "deletes", True),)


def ignore_heartbeat() -> Patches:
    async def extend(self: Lease) -> None:
        with contextlib.suppress(Exception):
            await _EXTEND(self)

    return ((Lease, "extend", extend),)


def lease_from_the_answer() -> Patches:
    async def receive(self: SqsInbox) -> Any:
        message = await _RECEIVE(self)
        now = asyncio.get_running_loop().time()
        return message and replace(message, ours_until=now + self._visibility)

    return ((SqsInbox, "receive", receive),)


def no_heartbeat() -> Patches:
    async def hold(_self: Lease, work: Awaitable[Any]) -> Any:
        return await work

    async def extend(_self: Lease) -> None: ...

    return ((Lease, "hold", hold), (Lease, "extend", extend))


def random_events() -> Patches:
    def derive(*parts: Any) -> str:
        return str(uuid4()) if len(parts) > 2 else _DERIVE(*parts)

    return ((events, "derive_id", derive),)


def random_runs() -> Patches:
    def derive(*parts: Any) -> str:
        return str(uuid4()) if parts[-1] == "run" else _DERIVE(*parts)

    return ((ids, "derive_id", derive),)
