"""Two queues as one inbox: the backfill's is looked into only when the worker's own is empty."""

from shared.lanes import Lanes
from shared.ports import Message
from tests.support.units.aio import in_loop


class Queue:
    """A queue that tells what was done to which message."""

    def __init__(self, *bodies: str) -> None:
        self.messages = [Message(f"{n}", body, "handle", 1) for n, body in enumerate(bodies)]
        self.done: list[tuple[str, str]] = []
        self.looks = 0

    async def receive(self) -> Message | None:
        self.looks += 1
        return self.messages.pop(0) if self.messages else None

    async def extend(self, message: Message, seconds: int) -> None:
        self.done.append((f"extend {seconds}", message.body))

    async def release(self, message: Message, after: int) -> None:
        self.done.append((f"release {after}", message.body))

    async def defer(self, message: Message, after: int) -> None:
        self.done.append((f"defer {after}", message.body))

    async def delete(self, message: Message) -> None:
        self.done.append(("delete", message.body))


async def bodies(lanes: Lanes, number: int) -> list[str | None]:
    received = [await lanes.receive() for _ in range(number)]
    return [message.body if message else None for message in received]


@in_loop
async def test_all_of_the_own_queue_comes_before_any_of_the_backfill() -> None:
    own, backfill = Queue("tick", "mail"), Queue("june", "july")

    assert await bodies(Lanes(own, own, backfill), 4) == ["tick", "mail", "june", "july"]


@in_loop
async def test_a_tick_that_comes_meanwhile_overtakes_the_rest_of_a_backfill() -> None:
    own, backfill = Queue(), Queue("june", "july")
    lanes = Lanes(own, own, backfill)

    first = await bodies(lanes, 1)
    own.messages.append(Message("9", "tick", "handle", 1))

    assert first + await bodies(lanes, 2) == ["june", "tick", "july"]


@in_loop
async def test_only_who_found_nothing_at_all_waits_long_at_its_own_queue() -> None:
    own, glance, backfill = Queue(), Queue(), Queue("june")
    lanes = Lanes(own, glance, backfill)

    looks = []
    for _ in range(4):
        await lanes.receive()
        looks.append((glance.looks, own.looks))

    assert looks == [(1, 0), (2, 0), (2, 1), (2, 2)]


@in_loop
async def test_a_message_is_settled_in_the_queue_that_it_came_from() -> None:
    own, backfill = Queue("same"), Queue("same")  # even one that looks like the other
    lanes = Lanes(own, own, backfill)
    told = []

    for _ in range(2):
        message = await lanes.receive()
        assert message
        await lanes.extend(message, 30)
        await lanes.release(message, 0)
        await lanes.defer(message, 900)
        await lanes.delete(message)
        told.append((list(own.done), list(backfill.done)))

    done = [(what, "same") for what in ("extend 30", "release 0", "defer 900", "delete")]
    assert told == [(done, []), (done, done)]
