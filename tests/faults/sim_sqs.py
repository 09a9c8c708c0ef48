"""Simulated SQS: visibility timeouts, receipt handles that go stale, redrive to and from DLQs.

An empty long poll has no effect on anything, so one here lasts until there is a message, in this
queue or in its worker's other one, or the world closes: empty polls are left out of the schedules.
A glance is answered at once.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tests.faults.process import CURRENT, numbered
from tests.faults.wire import Refused, Reply, Request, json_reply

GLANCE = 1
"""Seconds: a poll so short is answered at once."""
LONGEST_DELAY = 900
TWELVE_HOURS = 12 * 3600


@dataclass
class Queued:
    """One message on a queue; times in seconds of the virtual clock."""

    id: str
    body: str
    visible_at: float
    receives: int = 0
    handle: str = ""
    received: float = 0

    def in_flight(self, now: float) -> bool:
        return bool(self.handle) and self.visible_at > now


@dataclass
class Queue:
    """One queue and its dead letters."""

    name: str
    visibility: int
    max_receives: int
    beside: "Queue | None" = None
    """Whose messages end a long poll of this one: its worker looks there next."""
    messages: dict[str, Queued] = field(default_factory=dict)
    dead: dict[str, Queued] = field(default_factory=dict)
    newest_first: bool = False

    def visible(self, now: float) -> list[Queued]:
        found = [m for m in self.messages.values() if m.visible_at <= now]
        return found[::-1] if self.newest_first else found

    def next_change(self, now: float) -> float | None:
        held = [*self.messages.values(), *(self.beside.messages.values() if self.beside else ())]
        return min((m.visible_at for m in held if m.visible_at > now), default=None)


@dataclass
class SimSqs:
    """All queues, by name. `on_dead` rings what CloudWatch would ring for a dead-letter queue."""

    time: Callable[[], float]
    on_dead: Callable[[Queue, Queued], None]
    queues: dict[str, Queue] = field(default_factory=dict)
    closing: bool = False
    in_hand: dict[str, tuple[Queued, Queue]] = field(default_factory=dict)
    """What each process received last, as it was then."""
    _waiting: dict[asyncio.Future[None], None] = field(default_factory=dict)
    _ids: Callable[[], str] = field(default_factory=lambda: numbered("message"))

    def send(self, name: str, body: str, *, after: float = 0) -> Queued:
        message = Queued(self._ids(), body, self.time() + after)
        self.queues[name].messages[message.id] = message
        self.wake()
        return message

    def lapsed(self, process: str) -> bool:
        """Say whether the lease of what a process received last has run out or was given up."""
        if process not in self.in_hand:
            return False
        received, queue = self.in_hand[process]
        message = queue.messages.get(received.id)
        holds = message is not None and message.handle == received.handle
        return not (holds and message and message.visible_at > self.time())

    def redrive(self) -> int:
        """Put all dead letters back: with new ids and no receives, as SQS does."""
        moved = 0
        for queue in self.queues.values():
            letters, queue.dead = list(queue.dead.values()), {}
            for letter in letters:
                self.send(queue.name, letter.body)
            moved += len(letters)
        return moved

    def of(self, role: str) -> Queue:
        """Return a worker's queue."""
        return self.queues[f"daybook-{role}"]

    def held(self, role: str) -> int:
        """Say how many messages a worker's queues hold."""
        queue = self.of(role)
        return len(queue.messages) + (len(queue.beside.messages) if queue.beside else 0)

    def quiet_glance(self, sent: Request) -> bool:
        """Say whether a request is a glance into an empty queue: it changes nothing."""
        asked = sent.json if sent.operation == "ReceiveMessage" else {}
        brief = asked.get("WaitTimeSeconds") == GLANCE
        return brief and not self._queue(sent).visible(self.time())

    def close(self) -> None:
        self.closing = True
        self.wake()

    def wake(self) -> None:
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    def get_queue_attributes(self, request: Request) -> Reply:
        """Count what is there; a dead-letter queue is named after its queue."""
        name = str(request.json["QueueUrl"]).rpartition("/")[2]
        if dead_letters := name.endswith("-dlq"):
            name = name.removesuffix("-dlq")
        queue = self._named(name)
        held = len(queue.messages)
        visible = len(queue.dead) if dead_letters else len(queue.visible(self.time()))
        flying = sum(m.in_flight(self.time()) for m in queue.messages.values())
        counts = {
            "ApproximateNumberOfMessages": visible,
            "ApproximateNumberOfMessagesNotVisible": 0 if dead_letters else min(flying, held),
        }
        asked = request.json["AttributeNames"]
        return json_reply({"Attributes": {name: str(counts[name]) for name in asked}})

    async def receive_message(self, request: Request) -> Reply:
        queue = self._queue(request)
        process = CURRENT.get()
        lease = request.json.get("VisibilityTimeout", queue.visibility)
        while not (message := self._take(queue, lease)):
            brief = request.json.get("WaitTimeSeconds", 0) <= GLANCE
            if brief or self.closing or process.stopping or self._called_away(queue):
                return json_reply({})
            process.parked = True
            try:
                await self._change(queue)
            finally:
                process.parked = False
        process.lost = False
        self.in_hand[process.name] = replace(message), queue
        return json_reply({"Messages": [_described(message)]})

    def send_message(self, request: Request) -> Reply:
        queue, asked = self._queue(request), request.json
        if not 0 <= asked.get("DelaySeconds", 0) <= LONGEST_DELAY:
            raise Refused("InvalidParameterValue")
        message = self.send(queue.name, asked["MessageBody"], after=asked.get("DelaySeconds", 0))
        return json_reply({"MessageId": message.id})

    def delete_message(self, request: Request) -> Reply:
        """An old handle is accepted and does nothing (SQS API Reference, DeleteMessage)."""
        queue = self._queue(request)
        handle = str(request.json["ReceiptHandle"])
        message = queue.messages.get(handle.partition("/")[0])
        if message and message.handle == handle:
            del queue.messages[message.id]
        return json_reply({})

    def change_message_visibility(self, request: Request) -> Reply:
        queue, asked = self._queue(request), request.json
        CURRENT.get().lost = True  # unless all that follows is well
        message = queue.messages.get(str(asked["ReceiptHandle"]).partition("/")[0])
        if message is None or message.handle != asked["ReceiptHandle"]:
            raise Refused("InvalidParameterValue")
        if not message.in_flight(self.time()):
            raise Refused("MessageNotInflight")
        visible_at = self.time() + asked["VisibilityTimeout"]
        if visible_at > message.received + TWELVE_HOURS:
            raise Refused("InvalidParameterValue")
        message.visible_at = visible_at
        CURRENT.get().lost = False
        self.wake()
        return json_reply({})

    def _called_away(self, queue: Queue) -> bool:
        return bool(queue.beside and queue.beside.visible(self.time()))

    def _take(self, queue: Queue, lease: int) -> Queued | None:
        now = self.time()
        for message in queue.visible(now):
            if message.receives >= queue.max_receives:
                queue.dead[message.id] = queue.messages.pop(message.id)
                self.on_dead(queue, message)
                continue
            message.receives += 1
            message.visible_at = now + lease
            message.handle = f"{message.id}/{message.receives}"
            message.received = now
            return message
        return None

    async def _change(self, queue: Queue) -> None:
        """Wait until a message may have become visible."""
        due = queue.next_change(self.time())
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[future] = None
        try:
            async with asyncio.timeout_at(due):
                await future
        except TimeoutError:
            pass
        finally:
            self._waiting.pop(future, None)

    def _queue(self, request: Request) -> Queue:
        return self._named(str(request.json["QueueUrl"]).rpartition("/")[2])

    def _named(self, name: str) -> Queue:
        queue = self.queues.get(name)
        if queue is None:
            raise Refused("QueueDoesNotExist")
        return queue


def _described(message: Queued) -> dict[str, object]:
    return {
        "MessageId": message.id,
        "ReceiptHandle": message.handle,
        "Body": message.body,
        "Attributes": {"ApproximateReceiveCount": str(message.receives)},
    }
