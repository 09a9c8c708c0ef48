"""Looks at dead letters, and puts them back."""

from collections.abc import Iterator

from daybook.operate.queues import Letter, Queues
from daybook.operate.reach import archive, each, reached
from shared.errors import InputError
from shared.topology import load_topology

ALL = "all"
SHORT = 8
"""Characters of a message id that a list shows."""


async def read_letters(worker: str, message: str = "") -> list[Letter]:
    """Return the dead letters of a worker or of all, with the reasons they failed."""
    async with reached("s3", "sqs") as (s3, sqs):
        queues = Queues(sqs, load_topology())

        async def read(name: str) -> list[Letter]:
            async with queues.letters(name, archive(s3)) as letters:
                return _asked(letters, message)

        return [letter for found in await each(read, workers(worker)) for letter in found]


async def read_lost_ticks() -> int:
    """Count what never reached the events topic."""
    topology = load_topology()
    async with reached("sqs") as (sqs,):
        name = topology.schedule_queue
        return (await Queues(sqs, topology).waiting([name])).get(name, 0)


def undelivered_line(name: str, count: int) -> str:
    """Return in one line what was not delivered, and how its days are run all the same."""
    if name == load_topology().schedule_queue:
        return (
            f"{name}: {count} ticks that the schedule could not tell the events topic: daybook "
            "publish day-ready, with --day for a day before yesterday"
        )
    queue = name.removesuffix("-undelivered-dlq")
    return (
        f"{name}: {count} messages that SNS could not deliver to {queue}: mend its policy or key, "
        f"then daybook dlq redrive {queue.removeprefix('daybook-')}"
    )


async def redrive(worker: str, message: str = "") -> list[tuple[Letter, str]]:
    """Put dead letters back; returns each with the queue that has it now."""
    moved: list[tuple[Letter, str]] = []
    async with reached("s3", "sqs") as (s3, sqs):
        queues = Queues(sqs, load_topology())
        for name in workers(worker):
            async with queues.letters(name, archive(s3)) as letters:
                asked = _asked(letters, message)
                moved += [(letter, await queues.move_back(name, letter)) for letter in asked]
    return moved


def workers(asked: str) -> list[str]:
    """Return the workers that a name means; raise InputError when there is none of it."""
    known = sorted(load_topology().workers)
    if asked == ALL:
        return known
    if asked not in known:
        raise InputError(f"the worker {asked}", "is not there", f"Give {', '.join(known)} or {ALL}")
    return [asked]


def _asked(letters: list[Letter], message: str) -> list[Letter]:
    return [letter for letter in letters if letter.id.startswith(message)]


def line(letter: Letter) -> str:
    """Return a dead letter in one line."""
    what = f"{letter.event.type} for {letter.event.day}" if letter.event else "no event"
    sent = f"{letter.sent_at:%Y-%m-%d %H:%M} UTC"
    return f"{letter.queue}  {letter.id[:SHORT]}  {sent}  {what}: {letter.reason}"


def page(letter: Letter) -> Iterator[str]:
    """Yield a dead letter line by line, and what to type."""
    worker = letter.queue.removeprefix("daybook-").removesuffix("-dlq").removesuffix("-undelivered")
    yield line(letter)
    if letter.event:
        yield f"  run {letter.event.runid}, said by {letter.event.source}"
    if failure := letter.failure:
        yield f"  failed at its delivery {failure.receives}, {failure.at:%Y-%m-%d %H:%M:%S} UTC"
    yield f"  {letter.body}"
    yield f"  When the cause is mended: daybook dlq redrive {worker} --message {letter.id[:SHORT]}"
