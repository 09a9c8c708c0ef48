"""Follows a run by listening to every event, as any further worker could."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from shared.aws import clients
from shared.errors import Ignore, Reject
from shared.events import Event, parse


async def events(queue_url: str) -> AsyncIterator[Event]:
    """Yield the events of the bus in the order they arrive, until the caller stops."""
    async with clients("sqs") as (sqs,):
        while True:
            for message in await _receive(sqs, queue_url):
                # What is no event of ours is the workers' dead-letter queues' business.
                with contextlib.suppress(Ignore, Reject):
                    yield parse(message)


async def _receive(sqs: Any, queue_url: str) -> list[str]:
    answer = await sqs.receive_message(
        QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=1
    )
    messages = answer.get("Messages", [])
    for message in messages:
        await sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return [message["Body"] for message in messages]


@dataclass(frozen=True)
class Sighting:
    """An event and when it was seen, in seconds since the run began."""

    event: Event
    seconds: float


async def follow(queue_url: str, *, ends_with: str) -> AsyncIterator[Sighting]:
    """Yield the sightings of the first run seen, up to and including the event that ends it."""
    clock = asyncio.get_running_loop().time
    began = clock()
    run = None
    async for event in events(queue_url):
        run = run or event.runid
        if event.runid != run:
            continue
        yield Sighting(event, clock() - began)
        if event.type == ends_with:
            return
