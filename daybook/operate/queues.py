"""What waits in the queues and in the dead-letter queues, and since when.

Permissions: sqs:GetQueueUrl, sqs:GetQueueAttributes, cloudwatch:GetMetricStatistics; for dead
letters sqs:ReceiveMessage, sqs:ChangeMessageVisibility on their queues; to drop one
sqs:DeleteMessage there, and for a redrive sqs:SendMessage on the workers' queues, too.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError

from daybook.operate.letters import Letter, Look, put_together, read_body
from daybook.operate.lost_ticks import SCHEDULE, lost_event, why_lost
from daybook.operate.reach import each
from shared.errors import InputError
from shared.failures import Failure
from shared.locations import failure_key
from shared.ports import ObjectReader
from shared.topology import Topology

COUNTS = {
    "waiting": "ApproximateNumberOfMessages",
    "in_hand": "ApproximateNumberOfMessagesNotVisible",
    "delayed": "ApproximateNumberOfMessagesDelayed",
}
AGE = "ApproximateAgeOfOldestMessage"
HELD = 600
"""Seconds for which dead letters are kept from others while they are looked at: longer than it
takes to receive the most that are looked at; who is done sets them free."""
MOST = 1000
"""Dead letters of one queue that are looked at."""


@dataclass(frozen=True)
class QueueState:
    """One queue. `oldest` is the age of its oldest message in seconds; None when not known."""

    name: str
    waiting: int
    in_hand: int
    delayed: int
    oldest: float | None


@dataclass(frozen=True)
class Queues:
    """The queues of the topology, by name."""

    sqs: Any
    topology: Topology

    def own(self, worker: str) -> list[str]:
        """Return the names of a worker's queues."""
        return list(self.topology.filters(worker))

    def dead(self, worker: str) -> list[str]:
        """Return the names of the queues of what a worker gave up, and of what never reached it."""
        return [self.topology.dead_letter_queue(worker), self.topology.undelivered_queue(worker)]

    def undelivered(self, workers: Iterable[str]) -> list[str]:
        """Return the names of the queues of what never reached the workers'.

        Of all workers, also of what never reached the topic.
        """
        asked = list(workers)
        names = [self.topology.undelivered_queue(worker) for worker in asked]
        of_all = len(asked) == len(self.topology.workers)
        return [*names, self.topology.schedule_queue] if of_all else names

    async def url(self, name: str) -> str:
        """Return a queue's URL; raise InputError when there is none of that name."""
        if url := await self._find(name):
            return url
        where = "Set AWS_REGION, or AWS_ENDPOINT_URL for a local stack"
        raise InputError(f"the queue {name}", "is not there", where)

    async def _find(self, name: str) -> str | None:
        try:
            return str((await self.sqs.get_queue_url(QueueName=name))["QueueUrl"])
        except self.sqs.exceptions.QueueDoesNotExist:
            return None

    async def waiting(self, names: Sequence[str]) -> dict[str, int]:
        """Count what lies in those of the queues that are there; a local stack has not all.

        What is in somebody's hands lies there, too.
        """
        counts = await each(self._waiting, names)
        return {name: count for name, count in zip(names, counts, strict=True) if count}

    async def _waiting(self, name: str) -> int:
        url = await self._find(name)
        return sum(await self._lying(url)) if url else 0

    async def _lying(self, url: str) -> tuple[int, int]:
        """Count what waits in a queue, and what somebody holds."""
        asked = [COUNTS["waiting"], COUNTS["in_hand"]]
        answer = await self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=asked)
        waiting, in_hand = (int(answer["Attributes"].get(name, 0)) for name in asked)
        return waiting, in_hand

    async def state(self, name: str, cloudwatch: Any, now: datetime) -> QueueState:
        """Count a queue's messages; their age is what CloudWatch knows of the last quarter hour."""
        asked = list(COUNTS.values())
        url = await self.url(name)
        answer = await self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=asked)
        known = answer["Attributes"]
        counts = {field: int(known.get(attribute, 0)) for field, attribute in COUNTS.items()}
        return QueueState(name, oldest=await _age(cloudwatch, name, now), **counts)

    @asynccontextmanager
    async def letters(self, worker: str, notes: ObjectReader) -> AsyncIterator[Look]:
        """Hold what a worker gave up and what never reached it, oldest first.

        Or what the schedule could not say. Those still there are free afterwards.
        """
        async with AsyncExitStack() as held:
            names = await self._dead(worker)
            looks = [self._held(name, worker, notes) for name in names]
            yield put_together([await held.enter_async_context(look) for look in looks])

    async def _dead(self, worker: str) -> list[str]:
        """Return the queues of a worker's dead letters that are there; an emulator has not all."""
        if worker == SCHEDULE:
            await self.url(self.topology.every_queue[0])  # none at all is another place
            wanted = [self.topology.schedule_queue]
        else:
            await self.url(self.topology.dead_letter_queue(worker))
            wanted = self.dead(worker)
        return [name for name in wanted if await self._find(name)]

    @asynccontextmanager
    async def given_up(self, worker: str, notes: ObjectReader) -> AsyncIterator[Look]:
        """Hold a worker's dead letters, oldest first; those still there are free afterwards."""
        async with self._held(self.topology.dead_letter_queue(worker), worker, notes) as look:
            yield look

    @asynccontextmanager
    async def _held(self, name: str, worker: str, notes: ObjectReader) -> AsyncIterator[Look]:
        url = await self.url(name)
        waiting, in_hand = await self._lying(url)
        raw: dict[str, dict[str, Any]] = {}
        try:
            await self._receive_all(url, raw)
            found = await each(lambda one: self._letter(name, worker, one, notes), raw.values())
            # SQS counts late: what was received is in nobody else's hands, whatever it says.
            left = max(0, waiting + in_hand - len(raw))
            others = min(in_hand, left)
            more = left - others if len(raw) >= MOST else 0
            yield put_together([Look(found, _of(name, others), _of(name, more))])
        finally:
            await each(lambda one: self._free(url, one["ReceiptHandle"]), raw.values())

    async def move_back(self, worker: str, letter: Letter) -> str:
        """Put a letter into the queue that it came from or was for; returns the queue's name.

        The copy is there before the letter is gone: a crash between leaves both, and every step
        is safe to repeat.
        """
        target = self._source(worker, letter)
        await self.sqs.send_message(QueueUrl=await self.url(target), MessageBody=letter.body)
        await self.drop(letter)
        return target

    async def drop(self, letter: Letter) -> None:
        """Take a letter out of its queue for good."""
        left = await self.url(letter.queue)
        await self.sqs.delete_message(QueueUrl=left, ReceiptHandle=letter.handle)

    def _source(self, worker: str, letter: Letter) -> str:
        entry, marked = self.topology.workers[worker], self.topology.backfill.marked
        of_backfill = letter.event is not None and letter.event.lane == marked
        if entry.backfills and of_backfill:
            return self.topology.backfill_queue(worker)
        return self.topology.queue(worker)

    async def _receive_all(self, url: str, found: dict[str, dict[str, Any]]) -> None:
        """Receive until nothing new comes: what comes again is free again, and has been seen."""
        while len(found) < MOST and (batch := await self._receive(url)):
            before = len(found)
            found |= {message["MessageId"]: message for message in batch}
            if len(found) == before:
                return

    async def _receive(self, url: str) -> Sequence[dict[str, Any]]:
        answer = await self.sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=HELD,
            WaitTimeSeconds=1,
            MessageSystemAttributeNames=["SentTimestamp", "ApproximateReceiveCount"],
            MessageAttributeNames=["RULE_ARN", "ERROR_CODE"],
        )
        messages: Sequence[dict[str, Any]] = answer.get("Messages", [])
        return messages

    async def _letter(
        self, queue: str, worker: str, raw: dict[str, Any], notes: ObjectReader
    ) -> Letter:
        schedules = worker == SCHEDULE
        event, problem = lost_event(raw, self.topology) if schedules else read_body(raw["Body"])
        sent = int(raw["Attributes"]["SentTimestamp"]) / 1000
        return Letter(
            queue=queue,
            id=raw["MessageId"],
            sent_at=datetime.fromtimestamp(sent, UTC),
            receives=int(raw["Attributes"]["ApproximateReceiveCount"]),
            body=raw["Body"],
            handle=raw["ReceiptHandle"],
            event=event,
            problem=problem,
            failure=await self._failure(worker, raw["MessageId"], notes),
            undelivered=self._undelivered(queue, raw),
        )

    def _undelivered(self, queue: str, raw: dict[str, Any]) -> str:
        if queue == self.topology.schedule_queue:
            return why_lost(raw)
        if queue in map(self.topology.undelivered_queue, self.topology.workers):
            return "SNS could not deliver it: mend the queue's policy or key"
        return ""

    async def _failure(self, worker: str, message: str, notes: ObjectReader) -> Failure | None:
        found = await notes.get(failure_key(self.topology.queue(worker), message))
        try:
            return Failure.model_validate_json(found.body) if found else None
        except ValidationError:
            return None  # as if none were kept: the worker's log has it, too

    async def _free(self, url: str, handle: str) -> None:
        """Let others see a letter; one that was moved meanwhile is gone, and that is fine."""
        try:
            await self.sqs.change_message_visibility(
                QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0
            )
        except self.sqs.exceptions.ClientError:
            return


def _of(name: str, count: int) -> dict[str, int]:
    return {name: count} if count else {}


async def _age(cloudwatch: Any, queue: str, now: datetime) -> float | None:
    answer = await cloudwatch.get_metric_statistics(
        Namespace="AWS/SQS",
        MetricName=AGE,
        Dimensions=[{"Name": "QueueName", "Value": queue}],
        StartTime=now - timedelta(minutes=15),
        EndTime=now,
        Period=300,
        Statistics=["Maximum"],
    )
    points = sorted(answer.get("Datapoints", []), key=lambda point: str(point["Timestamp"]))
    return float(points[-1]["Maximum"]) if points else None
