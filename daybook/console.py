"""How the command talks: progress on standard error, results on standard output."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

SHAPES = {"red": "■", "yellow": "▲", "green": "●", "grey": "○"}
STYLES = {"red": "red", "yellow": "yellow", "green": "green", "grey": "dim"}
err = Console(stderr=True, highlight=False)
out = Console(highlight=False)


def progress(what: str, detail: str, seconds: float) -> None:
    """Print one hop of a run."""
    moment = f"{seconds:6.2f} s" if seconds else "        "
    err.print(f"[dim]{moment}[/dim]  [bold]{what:<17}[/bold] {escape(detail)}", soft_wrap=True)


def say(line: str) -> None:
    """Print a line of results as it is: nothing in it is markup, and nothing breaks it."""
    out.print(line, markup=False, soft_wrap=True)


def write_json(record: object) -> None:
    """Write a record to standard output, for scripts."""
    sys.stdout.write(json.dumps(record, indent=2) + "\n")


@contextmanager
def waiting(text: str) -> Iterator[None]:
    """Show that something goes on, where a person looks."""
    if not err.is_terminal:
        yield
        return
    with err.status(text):
        yield


def fail(message: str, code: int) -> None:
    """Say in one line what is wrong, and end."""
    err.print(f"[bold red]daybook:[/bold red] {escape(message)}", soft_wrap=True)
    sys.exit(code)
