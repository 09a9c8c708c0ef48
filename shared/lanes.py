"""A worker's two queues as one inbox: what a backfill asked for waits until all else is done.

Today's digest may wait for the one message that is in hand, never for a backfill's next one.
"""

from shared.ports import Inbox, Message

GLANCE = 1
"""Seconds to look into a queue: long polling, which asks all of SQS's servers (Amazon SQS
Developer Guide, "Amazon SQS short and long polling")."""


class Lanes:
    """Receives from the backfill's queue only when the worker's own is empty.

    For a loop that settles a message before it receives the next, as `shared.worker` does.
    """

    def __init__(self, main: Inbox, glance: Inbox, backfill: Inbox) -> None:
        """`glance` is the queue of `main` for a short look, `backfill` the other for the same."""
        self._main = main
        self._glance = glance
        self._backfill = backfill
        self._idle = False
        self._of_backfill: Message | None = None

    async def receive(self) -> Message | None:
        """Wait for a message; while there is work, only glance at the own queue before it."""
        first = self._main if self._idle else self._glance
        message = await first.receive()
        if message is None:
            message = self._of_backfill = await self._backfill.receive()
        self._idle = message is None
        return message

    async def extend(self, message: Message, seconds: int) -> None:
        """Extend the message's lease in its queue."""
        await self._queue(message).extend(message, seconds)

    async def release(self, message: Message, after: int) -> None:
        """Give the message back to its queue."""
        await self._queue(message).release(message, after)

    async def defer(self, message: Message, after: int) -> None:
        """Put the message back into its queue as a new one."""
        await self._queue(message).defer(message, after)

    async def delete(self, message: Message) -> None:
        """Take the message off its queue."""
        await self._queue(message).delete(message)

    def _queue(self, message: Message) -> Inbox:
        return self._backfill if message is self._of_backfill else self._main
