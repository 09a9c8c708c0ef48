"""What `daybook dlq` and `daybook status` see of dead-letter queues, however full they are."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from typer.testing import CliRunner

from daybook.cli import app
from daybook.operate import dlq
from daybook.operate.letters import Look
from daybook.operate.queues import Queues
from shared.locations import failure_key
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
    gone: set[str] = field(default_factory=set)

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
        names = [name for name in names if name not in self.gone]
        free = [name for name in names if self.hidden.get(name, 0) <= self.clock.at]
        free = sorted(free, key=lambda name: self.hidden.get(name, 0))[:10]
        self.hidden |= dict.fromkeys(free, self.clock.at + asked["VisibilityTimeout"])
        return {"Messages": [message(name) for name in free]}

    async def change_message_visibility(self, **asked: Any) -> None:
        self.hidden[asked["ReceiptHandle"]] = self.clock.at

    async def send_message(self, **_: Any) -> None:
        """Put it into the worker's queue, which nobody looks at here."""

    async def delete_message(self, **asked: Any) -> None:
        self.gone.add(asked["ReceiptHandle"])

    async def get_queue_attributes(self, **asked: Any) -> dict[str, Any]:
        name = asked["QueueUrl"]
        known = {letter for letter in self.hidden if letter.startswith(name)} - self.gone
        ours = [self.hidden[letter] for letter in known]
        in_hand = self.late or sum(until > self.clock.at for until in ours)
        counts = {
            "ApproximateNumberOfMessages": self.letters[name] - len(self.gone) - in_hand,
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
async def test_a_letter_whose_note_is_damaged_is_shown_without_it() -> None:
    name, notes = "daybook-query-dlq", SlowNotes()
    await notes.put(failure_key("daybook-query", f"{name}-0"), b'{"torn":')

    async with Queues(SlowQueues(Clock(), {name: 1}), load_topology()).given_up(
        "query", notes
    ) as look:
        assert [(letter.id, letter.failure) for letter in look.letters] == [(f"{name}-0", None)]


@in_loop
@pytest.mark.parametrize(("many", "held", "more"), [(35, 0, 15), (35, 3, 12), (20, 0, 0)])
async def test_letters_beyond_those_that_a_look_takes_are_counted(
    monkeypatch: pytest.MonkeyPatch, many: int, held: int, more: int
) -> None:
    monkeypatch.setattr("daybook.operate.queues.MOST", 20)
    name = "daybook-query-dlq"
    hidden = {f"{name}-{n}": 600.0 for n in range(held)}
    sqs = SlowQueues(Clock(), {name: many}, hidden)

    async with Queues(sqs, load_topology()).given_up("query", SlowNotes()) as look:
        assert len(look.letters) == 20
        assert look.more == ({name: more} if more else {})
        assert look.in_hand == ({name: held} if held else {})


def test_a_redrive_that_leaves_letters_says_so_until_none_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("daybook.operate.queues.MOST", 20)
    sqs = SlowQueues(Clock(), {"daybook-query-dlq": 35, "daybook-query": 0})

    @asynccontextmanager
    async def reached(*_: str) -> AsyncIterator[tuple[None, SlowQueues]]:
        yield None, sqs

    monkeypatch.setattr(dlq, "reached", reached)
    monkeypatch.setattr(dlq, "archive", lambda _: SlowNotes())

    first, second, last = (
        CliRunner().invoke(app, ["dlq", "redrive", "query"]).output for _ in range(3)
    )

    assert "20 messages were put back" in first
    assert "daybook-query-dlq: 15 more letters are there" in first
    assert "then say it again" in first
    assert "15 messages were put back" in second
    assert "say it again" not in second
    assert "0 messages were put back" in last


def test_a_list_that_is_full_says_so_beside_the_json_too(monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(_asked: str, _message: str = "") -> Look:
        return Look([], {}, {"daybook-query-dlq": 1})

    monkeypatch.setattr(dlq, "look", full)

    told = CliRunner().invoke(app, ["dlq", "list"])
    as_json = CliRunner().invoke(app, ["dlq", "list", "--json"])

    assert "1 more letter is there" in told.stdout
    assert "No dead letters" not in told.stdout
    assert as_json.stdout == "[]\n"
    assert "1 more letter is there" in as_json.stderr


@in_loop
async def test_what_was_never_delivered_is_counted_where_it_waits_and_no_queue_is_missed() -> None:
    counts = {"daybook-query-undelivered-dlq": 3, "daybook-schedule-dlq": 1}
    empty = {"daybook-catalog-undelivered-dlq": 0}
    queues = Queues(SlowQueues(Clock(), counts | empty), load_topology())

    found = await queues.waiting(queues.undelivered(load_topology().workers))

    assert found == counts
    assert await queues.waiting(queues.undelivered(["catalog"])) == {}
