"""Our loop with all its guarantees: `python -m benchmarks.loop_ours QUEUE MANY FEW`.

The shipped `Worker` on `SqsInbox`: every message leased before it is worked on, parsed, validated
and logged as ever, settled by the table of outcomes.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from benchmarks.peers.tally import Tally
from shared import logs
from shared.aws import clients
from shared.events import DayReady, Event
from shared.lease import Lease
from shared.memory import MemoryOutbox
from shared.sqs import SqsInbox
from shared.worker import Worker

VISIBILITY = 120
WAITING = datetime(2026, 6, 1, 7, tzinfo=UTC)


def tick(at: float) -> str:
    """Return a tick whose time is when it was sent."""
    moment = datetime.fromtimestamp(at, UTC) if at else WAITING
    return DayReady(id=str(at), source="benchmark", time=moment, runid="run").to_json()


async def main() -> None:
    """Publish, handle, tell."""
    async with clients("sqs") as (sqs,):
        url = (await sqs.create_queue(QueueName=sys.argv[1]))["QueueUrl"]
        loop = asyncio.get_running_loop()

        async def send(at: float) -> None:
            await sqs.send_message(QueueUrl=url, MessageBody=tick(at))

        async def handle(event: Event, _: Lease) -> Sequence[Event]:
            sent = 0.0 if event.time == WAITING else event.time.timestamp()
            if tally.handle(sent):
                worker.stop()
            return []

        tally = Tally(lambda at: asyncio.run_coroutine_threadsafe(send(at), loop).result())
        inbox = SqsInbox(sqs, url, visibility=VISIBILITY, poll_seconds=1)
        worker = Worker(inbox, MemoryOutbox(), handle, visibility=VISIBILITY)
        for _ in range(tally.many):
            await send(0.0)
        await worker.run()
    sys.stdout = sys.__stdout__
    tally.tell()


if __name__ == "__main__":
    with open(os.devnull, "w", encoding="utf-8") as sys.stdout:  # noqa: PTH123 - logs go nowhere
        logs.configure("loop", "INFO")
        asyncio.run(main())
