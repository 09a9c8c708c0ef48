"""The commands for messages that nobody could handle or deliver."""

import asyncio
from typing import Annotated

import typer

from daybook import console
from daybook.operate import dlq
from daybook.operate.letters import Look
from daybook.options import AsJson

Owner = Annotated[str, typer.Argument(help="A worker, `schedule`, or `all`.")]
Worker = Annotated[str, typer.Argument(help="A worker, or `all`.")]
One = Annotated[str, typer.Argument(help="A worker, or `schedule`.")]
MessageId = Annotated[
    str, typer.Option("--message", help="One message's id; its beginning will do.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do it. Without: only show what it would drop.")]


def add_commands(app: typer.Typer) -> None:
    """Put the commands on the command line."""
    letters = typer.Typer(help="Messages that nobody could handle.", no_args_is_help=True)
    app.add_typer(letters, name="dlq")
    letters.command("list", epilog="Example: daybook dlq list")(dlq_list)
    letters.command("show", epilog="Example: daybook dlq show query")(dlq_show)
    letters.command("redrive", epilog="Example: daybook dlq redrive query")(dlq_redrive)
    example = "Example: daybook dlq drop query --message 0a1b2c3d --yes"
    letters.command("drop", epilog=example)(dlq_drop)


def dlq_list(as_json: AsJson = False) -> None:
    """List what is in the dead-letter queues, and why."""
    found = asyncio.run(dlq.look(dlq.ALL))
    _unseen(found, as_json)
    if as_json:
        console.write_json([letter.record() for letter in found.letters])
        return
    for letter in found.letters:
        console.say(dlq.line(letter))
    if found.empty:
        console.say("No dead letters.")


def dlq_show(worker: Owner, message: MessageId = "", as_json: AsJson = False) -> None:
    """Show dead letters whole: the event, the reason, when it failed, and what to type."""
    found = asyncio.run(dlq.look(worker, message))
    _unseen(found, as_json)
    if as_json:
        console.write_json([letter.record() for letter in found.letters])
        return
    for letter in found.letters:
        for line in dlq.page(letter):
            console.say(line)
    if found.empty:
        console.say(f"No dead letters of {worker}.")


def dlq_redrive(worker: Worker, message: MessageId = "", as_json: AsJson = False) -> None:
    """Put dead letters back into their worker's queue; safe to repeat, as every step is."""
    done = asyncio.run(dlq.redrive(worker, message))
    _unseen(done, as_json)
    if as_json:
        console.write_json([{"message": letter.id, "to": queue} for letter, queue in done.moved])
        return
    for letter, queue in done.moved:
        console.say(f"{letter.id} is back in {queue}")
    console.say(f"{len(done.moved)} messages were put back.")


def dlq_drop(worker: One, message: MessageId, yes: Yes = False, as_json: AsJson = False) -> None:
    """Take one dead letter away for good, and print it: it is kept nowhere else.

    The alarm of its queue rings again only after the queue was empty. Safe to repeat.
    """
    found = asyncio.run(dlq.drop(worker, message, yes=yes))
    _unseen(found, as_json)
    letter = next(iter(found.letters), None)
    if as_json:
        console.write_json({"dropped": bool(letter and yes), "letter": letter and letter.record()})
        return
    if letter is None:
        console.say(
            f"There is no dead letter {message} of {worker} to be seen: nothing was dropped."
        )
        return
    console.say(dlq.line(letter))
    console.say(f"  {letter.body}")
    verdict = "was dropped" if yes else "is still there: add --yes to drop it"
    console.say(f"{letter.id} {verdict}.")


def _unseen(found: Look | dlq.Redriven, as_json: bool) -> None:
    """Say what was not seen; beside the JSON, which is of letters."""
    to = console.err if as_json else console.out
    held = [dlq.in_hand(queue, count) for queue, count in found.in_hand.items()]
    for told in (*held, *(dlq.beyond(queue, count) for queue, count in found.more.items())):
        to.print(told, markup=False, soft_wrap=True)
