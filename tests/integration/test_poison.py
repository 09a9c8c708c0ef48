"""A message nobody can handle: it ends in its worker's dead-letter queue, and people hear of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial

import pytest

from daybook.local.alarms import AlarmWatch
from daybook.local.provision import Provisioned, listen
from shared.aws import clients
from shared.events import Event
from shared.lease import Lease
from shared.ports import Message
from shared.sns import SnsOutbox
from shared.sqs import SqsInbox
from shared.topology import load_topology
from shared.worker import Worker
from tests.support.cloud import Cloud, depth, take
from tests.support.looped import Loop
from tests.support.waiting import eventually_async

TOPOLOGY = load_topology()
VICTIM = "archiver"
HEARD = '{"specversion": "1.0", "id": "1", "type": "period-queried", "data": "%s"}'
SECONDS = 20


async def never(event: Event, lease: Lease) -> list[Event]:
    raise AssertionError(f"poison must not reach the handler: {event} {lease}")


class Counted(SqsInbox):
    """Remembers the receive count of every delivery."""

    counts: list[int]

    async def receive(self) -> Message | None:
        message = await super().receive()
        if message:
            self.counts.append(message.receives)
        return message


@asynccontextmanager
async def victim(provisioned: Provisioned) -> AsyncIterator[list[int]]:
    """Run the loop of one worker; yields the receive counts it sees."""
    async with clients("sqs", "sns") as (sqs, sns), asyncio.TaskGroup() as tasks:
        inbox = Counted(sqs, provisioned.queues[VICTIM], visibility=30, poll_seconds=1)
        inbox.counts = []
        outbox = SnsOutbox(sns, provisioned.events_topic)
        worker = Worker(inbox, outbox, never, visibility=30)
        tasks.create_task(worker.run())
        try:
            yield inbox.counts
        finally:
            worker.stop()


@asynccontextmanager
async def watching(provisioned: Provisioned) -> AsyncIterator[AlarmWatch]:
    """Do what CloudWatch and the e-mail subscription do in an account."""
    inbox = await listen("alarm-mail", provisioned.alarms_topic)
    watch = AlarmWatch(provisioned.dead_letter_queues, inbox)
    task = asyncio.create_task(watch.run())
    try:
        yield watch
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.mark.parametrize("body", [HEARD % "poison", HEARD % ("x" * 70_000)], ids=["bad", "large"])
def test_poison_is_tried_as_often_as_the_topology_says_and_then_set_aside(
    cloud: Cloud, loop: Loop, provisioned: Provisioned, body: str
) -> None:
    sqs = cloud.client("sqs")
    cloud.client("sns").publish(TopicArn=provisioned.events_topic, Message=body)
    dead = provisioned.dead_letter_queues[VICTIM]

    async def scenario() -> list[int]:
        async with victim(provisioned) as counts:
            await eventually_async(partial(looked, sqs, dead), within=SECONDS, what="redrive")
        return counts

    counts = loop(scenario())

    assert counts == list(range(1, TOPOLOGY.workers[VICTIM].max_receive_count + 1))
    assert take(sqs, dead) == [body]
    assert no_other_queue_has_anything(sqs, provisioned)


async def looked(sqs: object, url: str) -> int:
    return depth(sqs, url)


def no_other_queue_has_anything(sqs: object, provisioned: Provisioned) -> bool:
    others = [url for name, url in provisioned.dead_letter_queues.items() if name != VICTIM]
    return not any(depth(sqs, url) for url in [*provisioned.queues.values(), *others])


def test_a_good_message_behind_poison_is_not_held_up(
    cloud: Cloud, loop: Loop, provisioned: Provisioned
) -> None:
    sqs = cloud.client("sqs")
    handled = []

    async def scenario() -> None:
        async def keep(event: Event, lease: Lease) -> list[Event]:
            await lease.extend()
            handled.append(event.id)
            return []

        async with clients("sqs", "sns") as (queue, sns), asyncio.TaskGroup() as tasks:
            url = provisioned.queues["query"]
            inbox = SqsInbox(queue, url, visibility=30, poll_seconds=1)
            worker = Worker(inbox, SnsOutbox(sns, provisioned.events_topic), keep, visibility=30)
            sqs.send_message(QueueUrl=url, MessageBody="not json")
            good = '{"type": "day-ready", "id": "good", "source": "t", "time": "2026-06-18T07:00Z"}'
            sqs.send_message(QueueUrl=url, MessageBody=good)
            tasks.create_task(worker.run())
            dead = provisioned.dead_letter_queues["query"]

            async def both() -> bool:
                return bool(handled) and depth(sqs, dead) > 0

            await eventually_async(both, within=SECONDS, what="redrive, and the good one handled")
            worker.stop()

    loop(scenario())

    assert handled == ["good"]
    assert depth(sqs, provisioned.queues["query"]) == 0


def test_what_is_set_aside_rings_the_alarm_topic_once_and_again_after_it_was_cleared(
    cloud: Cloud, loop: Loop, provisioned: Provisioned
) -> None:
    sqs, dead = cloud.client("sqs"), provisioned.dead_letter_queues[VICTIM]

    async def scenario() -> list[str]:
        async with watching(provisioned) as watch:

            async def rung(times: int) -> bool:
                return len(watch.alarms) >= times

            async def calm() -> bool:
                return not watch.in_alarm

            for times in (1, 2):
                sqs.send_message(QueueUrl=dead, MessageBody="poison")
                await eventually_async(partial(rung, times), within=SECONDS, what="an alarm")
                assert watch.in_alarm == {VICTIM}
                assert take(sqs, dead) == ["poison"]
                await eventually_async(calm, within=SECONDS, what="the all-clear")
            return watch.alarms

    alarms = loop(scenario())

    assert len(alarms) == 2
    assert all(f"{TOPOLOGY.dead_letter_queue(VICTIM)}-not-empty" in alarm for alarm in alarms)
    assert no_other_queue_has_anything(sqs, provisioned)


def test_poison_given_to_a_worker_ends_in_an_alarm_that_names_its_queue(
    cloud: Cloud, loop: Loop, provisioned: Provisioned
) -> None:
    cloud.client("sns").publish(TopicArn=provisioned.events_topic, Message=HEARD % "poison")

    async def scenario() -> list[str]:
        async with victim(provisioned), watching(provisioned) as watch:

            async def rung() -> list[str]:
                return watch.alarms

            return await eventually_async(rung, within=SECONDS, what="an alarm")

    (alarm,) = loop(scenario())

    assert TOPOLOGY.dead_letter_queue(VICTIM) in alarm
    assert no_other_queue_has_anything(cloud.client("sqs"), provisioned)
