"""What `daybook dlq` and `daybook status` see of dead-letter queues, however full they are."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from daybook.operate.queues import Queues
from shared.memory import MemoryStore
from shared.ports import StoredObject
from shared.topology import load_topology
from tests.support.units.aio import in_loop

CALL = 0.05
"""Seconds that a call to SQS takes here, and to S3 twice as long."""


@dataclass
class Clock:
    """The seconds that the calls took, one after the other."""

    at: float = 0


@dataclass
class SlowQueues:
    """Queues of many letters, whose visibility timeout runs by the clock."""

    clock: Clock
    letters: dict[str, int]
    hidden: dict[str, float] = field(default_factory=dict)
    late: int = 0
    """Letters that somebody set free, and that SQS still counts as in hand."""

    class exceptions:  # noqa: N801 - botocore's name
        class QueueDoesNotExist(Exception):  # noqa: N818 - botocore's name
            """There is no such queue."""

        class ClientError(Exception):
            """The call was refused."""

    async def get_queue_url(self, *, QueueName: str) -> dict[str, str]:  # noqa: N803
        if QueueName not in self.letters:
            raise self.exceptions.QueueDoesNotExist
        return {"QueueUrl": QueueName}

    async def receive_message(self, **asked: Any) -> dict[str, Any]:
        self.clock.at += CALL
        assert self.clock.at < 3600, "it receives without end"
        names = [f"{asked['QueueUrl']}-{n}" for n in range(self.letters[asked["QueueUrl"]])]
        free = [name for name in names if self.hidden.get(name, 0) <= self.clock.at]
        free = sorted(free, key=lambda name: self.hidden.get(name, 0))[:10]
        self.hidden |= dict.fromkeys(free, self.clock.at + asked["VisibilityTimeout"])
        return {"Messages": [message(name) for name in free]}

    async def change_message_visibility(self, **asked: Any) -> None:
        self.hidden[asked["ReceiptHandle"]] = self.clock.at

    async def get_queue_attributes(self, **asked: Any) -> dict[str, Any]:
        name = asked["QueueUrl"]
        ours = [until for letter, until in self.hidden.items() if letter.startswith(name)]
        in_hand = self.late or sum(until > self.clock.at for until in ours)
        counts = {
            "ApproximateNumberOfMessages": self.letters[name] - in_hand,
            "ApproximateNumberOfMessagesNotVisible": in_hand,
        }
        return {"Attributes": {key: str(count) for key, count in counts.items()}}


def message(name: str) -> dict[str, Any]:
    attributes = {"SentTimestamp": "0", "ApproximateReceiveCount": "1"}
    return {"MessageId": name, "Body": "{}", "ReceiptHandle": name, "Attributes": attributes}


@dataclass
class SlowNotes(MemoryStore):
    """A bucket without notes that takes its time to say so."""

    clock: Clock = field(default_factory=Clock)

    async def get(self, key: str) -> StoredObject | None:
        self.clock.at += 2 * CALL
        return await super().get(key)


@in_loop
@pytest.mark.parametrize("held", [1, 600])
@pytest.mark.parametrize("many", [0, 7, 300, 700])
async def test_a_look_at_many_dead_letters_ends_with_each_of_them_once_and_free(
    monkeypatch: pytest.MonkeyPatch, many: int, held: int
) -> None:
    """Also where letters are free again before the last of them was received."""
    monkeypatch.setattr("daybook.operate.queues.HELD", held)
    clock = Clock()
    sqs = SlowQueues(clock, {"daybook-query-dlq": many})

    async with Queues(sqs, load_topology()).given_up("query", SlowNotes(clock=clock)) as look:
        seen = [letter.id for letter in look.letters]

    assert len(seen) == len(set(seen))
    assert len(seen) == many or held == 1
    assert all(until <= clock.at for until in sqs.hidden.values())


@in_loop
@pytest.mark.parametrize(("held", "late", "in_hand"), [(2, 0, 2), (0, 2, 0), (2, 2, 2)])
async def test_letters_in_somebodys_hands_are_counted_and_those_just_freed_are_not(
    held: int, late: int, in_hand: int
) -> None:
    name = "daybook-query-dlq"
    hidden = {f"{name}-{n}": 600.0 for n in range(held)}
    sqs = SlowQueues(Clock(), {name: 3}, hidden, late)

    async with Queues(sqs, load_topology()).given_up("query", SlowNotes()) as look:
        assert len(look.letters) == 3 - held
        assert look.in_hand == ({name: in_hand} if in_hand else {})


@in_loop
async def test_what_was_never_delivered_is_counted_where_it_waits_and_no_queue_is_missed() -> None:
    counts = {"daybook-query-undelivered-dlq": 3, "daybook-schedule-dlq": 1}
    empty = {"daybook-catalog-undelivered-dlq": 0}
    queues = Queues(SlowQueues(Clock(), counts | empty), load_topology())

    found = await queues.waiting(queues.undelivered(load_topology().workers))

    assert found == counts
    assert await queues.waiting(queues.undelivered(["catalog"])) == {}
