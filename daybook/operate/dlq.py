"""Looks at dead letters, puts them back, and takes them away."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from daybook.operate.letters import Letter, Look, put_together
from daybook.operate.lost_ticks import SCHEDULE, instead
from daybook.operate.queues import HELD, MOST, Queues
from daybook.operate.reach import archive, each, reached
from shared.errors import InputError
from shared.topology import load_topology

ALL = "all"
SHORT = 8
"""Characters of a message id that a list shows."""


@dataclass(frozen=True)
class Redriven:
    """Letters that were put back, with the queue that has each now; and what was not seen of them.

    As `Look` says: what is in other hands, and what is more than a look takes.
    """

    moved: list[tuple[Letter, str]] = field(default_factory=list)
    in_hand: dict[str, int] = field(default_factory=dict)
    more: dict[str, int] = field(default_factory=dict)


async def look(asked: str, message: str = "") -> Look:
    """Return the dead letters of a worker, of the schedule or of all, and why they failed."""
    async with reached("s3", "sqs") as (s3, sqs):
        queues = Queues(sqs, load_topology())

        async def read(name: str) -> Look:
            async with queues.letters(name, archive(s3)) as found:
                return found.begun_with(message)

        return put_together(await each(read, owners(asked)))


async def redrive(asked: str, message: str = "") -> Redriven:
    """Put dead letters back.

    Raises InputError for the schedule's, which are nothing that the topic would take.
    """
    if asked == SCHEDULE:
        problem = "keeps EventBridge's own events, and nothing that could be put back"
        remedy = f"Type what daybook dlq show {SCHEDULE} says, for each"
        raise InputError(load_topology().schedule_queue, problem, remedy)
    done = Redriven()
    async with reached("s3", "sqs") as (s3, sqs):
        queues = Queues(sqs, load_topology())
        for name in owners(asked):
            if name == SCHEDULE:
                continue
            async with queues.letters(name, archive(s3)) as found:
                done.in_hand.update(found.in_hand)
                done.more.update(found.more)
                for letter in found.begun_with(message).letters:
                    done.moved.append((letter, await queues.move_back(name, letter)))
    return done


async def drop(asked: str, message: str, *, yes: bool) -> Look:
    """Take one dead letter away; returns it, or none when there is none of that id any more.

    Without `yes` it stays. Raises InputError when it is not said which one.
    """
    if not message:
        raise InputError("--message", "names no message", "Give its id: daybook dlq list has it")
    if asked == ALL:
        raise InputError(f"the worker {ALL}", "is not one", "Give the one whose letter it is")
    (owner,) = owners(asked)
    async with reached("s3", "sqs") as (s3, sqs):
        queues = Queues(sqs, load_topology())
        async with queues.letters(owner, archive(s3)) as found:
            meant = found.begun_with(message)
            if len(meant.letters) > 1:
                listed = ", ".join(letter.id for letter in meant.letters)
                problem = f"is the beginning of {listed}"
                raise InputError(f"--message {message}", problem, "Give more of one's id")
            if yes:
                await each(queues.drop, meant.letters)
            return meant


def owners(asked: str) -> list[str]:
    """Return whose letters a name means; raise InputError when there is none of it."""
    known = [*sorted(load_topology().workers), SCHEDULE]
    if asked == ALL:
        return known
    if asked not in known:
        raise InputError(f"the worker {asked}", "is not there", f"Give {', '.join(known)} or {ALL}")
    return [asked]


def in_hand(queue: str, count: int) -> str:
    """Say that letters are held by who looks at them at the same time, or was cut off."""
    several = "letter is" if count == 1 else "letters are"
    return f"{queue}: {count} {several} in somebody's hands, for up to {HELD // 60} minutes"


def beyond(queue: str, count: int) -> str:
    """Say that there are more letters than a command takes."""
    several = "letter is" if count == 1 else "letters are"
    return (
        f"{queue}: {count} more {several} there than the {MOST} that a command takes: redrive or "
        "drop these, then say it again"
    )


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
