"""Looks at dead letters, puts them back, and takes them away."""

from collections.abc import Iterator

from daybook.operate.letters import Letter, put_together
from daybook.operate.lost_ticks import SCHEDULE, instead
from daybook.operate.queues import Queues
from daybook.operate.reach import archive, each, reached
from shared.errors import InputError
from shared.topology import load_topology

ALL = "all"
SHORT = 8
"""Characters of a message id that a list shows."""


async def read_letters(asked: str, message: str = "") -> list[Letter]:
    """Return the dead letters of a worker, of the schedule or of all, and why they failed."""
    async with reached("s3", "sqs") as (s3, sqs):
        queues = Queues(sqs, load_topology())

        async def read(name: str) -> list[Letter]:
            async with queues.letters(name, archive(s3)) as letters:
                return _asked(letters, message)

        return put_together(await each(read, owners(asked)))


async def redrive(asked: str, message: str = "") -> list[tuple[Letter, str]]:
    """Put dead letters back; returns each with the queue that has it now.

    Raises InputError for the schedule's, which are nothing that the topic would take.
    """
    if asked == SCHEDULE:
        problem = "keeps EventBridge's own events, and nothing that could be put back"
        remedy = f"Type what daybook dlq show {SCHEDULE} says, for each"
        raise InputError(load_topology().schedule_queue, problem, remedy)
    moved: list[tuple[Letter, str]] = []
    async with reached("s3", "sqs") as (s3, sqs):
        queues = Queues(sqs, load_topology())
        for name in owners(asked):
            if name == SCHEDULE:
                continue
            async with queues.letters(name, archive(s3)) as letters:
                moved += [
                    (letter, await queues.move_back(name, letter))
                    for letter in _asked(letters, message)
                ]
    return moved


async def drop(asked: str, message: str, *, yes: bool) -> Letter | None:
    """Take one dead letter away; returns it, or None when there is none of that id any more.

    Without `yes` it stays. Raises InputError when it is not said which one.
    """
    if not message:
        raise InputError("--message", "names no message", "Give its id: daybook dlq list has it")
    if asked == ALL:
        raise InputError(f"the worker {ALL}", "is not one", "Give the one whose letter it is")
    (owner,) = owners(asked)
    async with reached("s3", "sqs") as (s3, sqs):
        queues = Queues(sqs, load_topology())
        async with queues.letters(owner, archive(s3)) as letters:
            letter = _only(_asked(letters, message), message)
            if letter and yes:
                await queues.drop(letter)
            return letter


def _only(letters: list[Letter], message: str) -> Letter | None:
    if len(letters) > 1:
        listed = ", ".join(letter.id for letter in letters)
        raise InputError(f"--message {message}", f"begins {listed}", "Give more of one's id")
    return letters[0] if letters else None


def owners(asked: str) -> list[str]:
    """Return whose letters a name means; raise InputError when there is none of it."""
    known = [*sorted(load_topology().workers), SCHEDULE]
    if asked == ALL:
        return known
    if asked not in known:
        raise InputError(f"the worker {asked}", "is not there", f"Give {', '.join(known)} or {ALL}")
    return [asked]


def _asked(letters: list[Letter], message: str) -> list[Letter]:
    return [letter for letter in letters if letter.id.startswith(message)]


def line(letter: Letter) -> str:
    """Return a dead letter in one line."""
    sent = f"{letter.sent_at:%Y-%m-%d %H:%M} UTC"
    return f"{letter.queue}  {letter.id[:SHORT]}  {sent}  {_what(letter)}: {letter.reason}"


def _what(letter: Letter) -> str:
    if letter.event is None:
        return letter.problem if letter.undelivered else "no event"
    about = f" for {letter.event.day}" if letter.event.day else ""
    return f"{letter.event.type}{about}"


def page(letter: Letter) -> Iterator[str]:
    """Yield a dead letter line by line, and what to type."""
    yield line(letter)
    if letter.event:
        yield f"  run {letter.event.runid}, said by {letter.event.source}"
    if failure := letter.failure:
        yield f"  failed at its delivery {failure.receives}, {failure.at:%Y-%m-%d %H:%M:%S} UTC"
    yield f"  {letter.body}"
    which = f"{letter.worker} --message {letter.id[:SHORT]}"
    if letter.worker == SCHEDULE:
        yield f"  In its place: {instead(letter)}"
    else:
        yield f"  When the cause is mended: daybook dlq redrive {which}"
    yield f"  When nobody needs it any more: daybook dlq drop {which} --yes"
