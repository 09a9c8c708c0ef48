"""The `daybook` command."""

import asyncio
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module
from typing import Any, cast

import typer
import typer.main
from typer.core import TyperGroup

from daybook import console
from daybook.errors import RunFailed
from shared.errors import InputError, MismatchError, Retry

INTERRUPTED = 130
COMMANDS = {
    "run": "daybook.run_commands",
    "demo": "daybook.run_commands",
    "example": "daybook.run_commands",
    "up": "daybook.run_commands",
    "publish": "daybook.publish_commands",
    "replay": "daybook.operate.commands",
    "status": "daybook.operate.commands",
    "history": "daybook.operate.commands",
    "dlq": "daybook.operate.dlq_commands",
    "digest": "daybook.digest_commands",
    "audit": "daybook.audit_commands",
    "doctor": "daybook.doctor_commands",
    "report": "daybook.report_commands",
    "render": "daybook.report_commands",
    "preview": "daybook.report_commands",
    "adopt": "daybook.adopt_commands",
    "topology": "daybook.emulator_commands",
    "mail": "daybook.emulator_commands",
}
"""Each command's module, in the order of the help."""


class OnDemand(Mapping[str, Any]):
    """The commands by name. A module is imported when a command of it is asked for.

    All of them together take seconds to import, and most commands need little of it.
    """

    def __getitem__(self, name: str) -> Any:
        app = typer.Typer(rich_markup_mode=None)
        import_module(COMMANDS[name]).add_commands(app)
        return typer.main.get_group(app).commands[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class Commands(TyperGroup):
    """All commands, none of them imported yet."""

    def __init__(self, **settings: Any) -> None:
        """Take typer's settings; what it has registered is nothing."""
        super().__init__(**settings)
        self.commands = cast("MutableMapping[str, Any]", OnDemand())


app = typer.Typer(
    cls=Commands,
    help="Daily cost per Organizational Unit, archived, cataloged and mailed.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def nothing_first() -> None:
    """Let typer make a group of it, which no command is registered with."""


def main() -> None:
    """Run the command; bad input, or what is not there yet, ends with 2, a failed run with 1."""
    try:
        app()
    except InputError as error:
        console.fail(str(error), 2)
    except Retry as error:
        console.fail(f"{error}. Say it again in {error.after} s", 2)
    except MismatchError as error:
        console.fail(f"{error}. daybook audit says what to do about it", 2)
    except PermissionError as error:
        console.fail(f"{error.filename}: {error.strerror}. Give this user access to it", 2)
    except RunFailed as error:
        console.fail(str(error), 1)
    except ValueError as error:
        console.fail(_no_document(error), 2)
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit(INTERRUPTED)


def _no_document(error: ValueError) -> str:
    """Return that a document is not what it should be; raise what is another error.

    The class is imported for that alone: most commands end before they need it.
    """
    if not isinstance(error, import_module("pydantic").ValidationError):
        raise error
    known = cast("Any", error)
    problem = known.errors(include_url=False)[0]["msg"]
    return f"what was read is no {known.title}: {problem}. daybook audit says which of the ledger's"
