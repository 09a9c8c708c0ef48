"""The inbox port: the fake in memory and SQS keep the same promises."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import pytest

from shared.aws import clients
from shared.errors import LeaseLost
from shared.memory import MemoryInbox
from shared.ports import Inbox, Message
from shared.sqs import SqsInbox
from tests.support.cloud import Cloud
from tests.support.looped import Loop
from tests.support.waiting import eventually

VISIBILITY = 30
BODIES = ["{}", '{"type": "day-ready"}', "日本 <b>&amp;</b>\t\n", "x" * 200_000]


@dataclass(frozen=True)
class Queue:
    """An inbox, a way to put something into it, and the loop it lives on."""

    inbox: Inbox
    send: Callable[[str], object]
    loop: Loop

    def look(self) -> Message | None:
        """Receive what may be there."""
        return self.loop(self.inbox.receive())

    def receive(self) -> Message:
        """Receive what must be there."""
        message = self.look()
        assert message
        return message

    @property
    def silent(self) -> bool:
        """Whether nothing can be received now."""
        return self.look() is None


@pytest.fixture(params=["memory", "sqs"])
def queue(request: pytest.FixtureRequest, loop: Loop) -> Queue:
    if request.param == "memory":
        fake = MemoryInbox()
        return Queue(fake, fake.send, loop)
    return sqs_queue(request.getfixturevalue("cloud"), loop)


def sqs_queue(cloud: Cloud, loop: Loop) -> Queue:
    sqs = cloud.client("sqs")
    attributes = {"VisibilityTimeout": str(VISIBILITY)}
    url = sqs.create_queue(QueueName="contract", Attributes=attributes)["QueueUrl"]
    (client,) = loop.enter(clients("sqs"))
    inbox = SqsInbox(client, url, visibility=VISIBILITY, poll_seconds=0)
    return Queue(inbox, lambda body: sqs.send_message(QueueUrl=url, MessageBody=body), loop)


def test_an_empty_queue_gives_none(queue: Queue) -> None:
    assert queue.silent


@pytest.mark.parametrize("body", BODIES, ids=["empty", "event", "awkward", "large"])
def test_a_message_arrives_as_it_was_sent(queue: Queue, body: str) -> None:
    queue.send(body)
    message = queue.receive()

    assert (message.body, message.receives) == (body, 1)
    assert message.id


def test_each_message_is_received_once_and_has_an_id_of_its_own(queue: Queue) -> None:
    queue.send("same")
    queue.send("same")
    first, second = queue.receive(), queue.receive()

    assert first.id != second.id
    assert first.handle != second.handle
    assert queue.silent


def test_a_received_message_is_hidden_from_others(queue: Queue) -> None:
    queue.send("body")
    queue.receive()

    assert queue.silent


def test_a_released_message_is_back_at_once_and_counted(queue: Queue) -> None:
    queue.send("body")
    counts, ids = [], set()
    for _ in range(3):
        message = queue.receive()
        counts.append(message.receives)
        ids.add(message.id)
        queue.loop(queue.inbox.release(message, 0))

    assert counts == [1, 2, 3]
    assert len(ids) == 1


def test_a_deleted_message_does_not_come_back(queue: Queue) -> None:
    queue.send("body")
    queue.loop(queue.inbox.delete(queue.receive()))

    assert queue.silent


def test_delete_takes_one_message_and_leaves_its_equal(queue: Queue) -> None:
    queue.send("same")
    queue.send("same")
    queue.loop(queue.inbox.delete(queue.receive()))

    assert queue.receive().body == "same"


def test_the_holder_may_extend_again_and_again_and_still_delete(queue: Queue) -> None:
    queue.send("body")
    message = queue.receive()
    for _ in range(3):
        queue.loop(queue.inbox.extend(message, VISIBILITY))

    assert queue.silent
    queue.loop(queue.inbox.delete(message))


def test_extending_does_not_count_as_a_receive(queue: Queue) -> None:
    queue.send("body")
    message = queue.receive()
    queue.loop(queue.inbox.extend(message, VISIBILITY))
    queue.loop(queue.inbox.release(message, 0))

    assert queue.receive().receives == 2


def test_a_deleted_message_cannot_be_extended(queue: Queue) -> None:
    queue.send("body")
    message = queue.receive()
    queue.loop(queue.inbox.delete(message))

    with pytest.raises(LeaseLost):
        queue.loop(queue.inbox.extend(message, VISIBILITY))


def test_who_held_a_message_before_cannot_extend_it(queue: Queue) -> None:
    queue.send("body")
    before = queue.receive()
    queue.loop(queue.inbox.release(before, 0))
    holder = queue.receive()

    with pytest.raises(LeaseLost):
        queue.loop(queue.inbox.extend(before, VISIBILITY))
    queue.loop(queue.inbox.extend(holder, VISIBILITY))


def test_who_held_a_message_before_cannot_delete_it(queue: Queue) -> None:
    queue.send("body")
    before = queue.receive()
    queue.loop(queue.inbox.release(before, 0))
    holder = queue.receive()

    with suppress(Exception):  # AWS answers 200 and may keep it; the fake and MiniStack refuse
        queue.loop(queue.inbox.delete(before))
    queue.loop(queue.inbox.extend(holder, VISIBILITY))


def test_who_held_a_message_before_cannot_release_it(queue: Queue) -> None:
    queue.send("body")
    before = queue.receive()
    queue.loop(queue.inbox.release(before, 0))
    queue.receive()

    with suppress(Exception):
        queue.loop(queue.inbox.release(before, 0))
    assert queue.silent


def test_a_deferred_message_is_a_new_one_without_receives(queue: Queue) -> None:
    queue.send("body")
    before = queue.receive()
    queue.loop(queue.inbox.defer(before, 0))
    again = queue.receive()

    assert (again.body, again.receives) == ("body", 1)
    assert again.id != before.id
    assert queue.silent
    with pytest.raises(LeaseLost):
        queue.loop(queue.inbox.extend(before, VISIBILITY))


def test_sqs_hides_a_deferred_message_for_the_delay_and_at_most_a_quarter_of_an_hour(
    cloud: Cloud, loop: Loop
) -> None:
    queue = sqs_queue(cloud, loop)
    queue.send("soon")
    queue.loop(queue.inbox.defer(queue.receive(), 1))

    assert queue.silent
    soon = eventually(queue.look, within=5, what="the deferred message is visible")
    queue.loop(queue.inbox.defer(soon, 86_400))
    assert queue.silent


def test_deleting_twice_is_harmless(queue: Queue) -> None:
    queue.send("body")
    message = queue.receive()
    queue.loop(queue.inbox.delete(message))

    with suppress(Exception):  # AWS answers 200; the fake and MiniStack refuse
        queue.loop(queue.inbox.delete(message))
    assert queue.silent


def test_sqs_holds_a_released_message_back_for_the_delay(cloud: Cloud, loop: Loop) -> None:
    queue = sqs_queue(cloud, loop)
    queue.send("body")
    queue.loop(queue.inbox.release(queue.receive(), 1))

    assert queue.silent
    again = eventually(queue.look, within=5, what="the released message is visible again")
    assert (again.body, again.receives) == ("body", 2)


def test_sqs_gives_a_message_back_when_its_lease_runs_out(cloud: Cloud, loop: Loop) -> None:
    queue = sqs_queue(cloud, loop)
    queue.send("body")
    before = queue.receive()
    queue.loop(queue.inbox.extend(before, 1))
    again = eventually(queue.look, within=5, what="the lease has run out")

    assert again.receives == 2
    with pytest.raises(LeaseLost):
        queue.loop(queue.inbox.extend(before, VISIBILITY))
