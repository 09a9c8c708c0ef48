"""The command that settles a digest of which nobody knows whether it was sent."""

import asyncio
from datetime import datetime
from typing import Annotated

import typer

from daybook import console
from daybook.digest import resolve

digest_app = typer.Typer(help="Settle digests in doubt.", no_args_is_help=True)


@digest_app.command("resolve", epilog="Example: daybook digest resolve 2026-06-17 --sent")
def digest_resolve(
    day: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="The digest's day, UTC.")],
    *,
    sent: Annotated[
        bool, typer.Option("--sent/--resend", help="It arrived, or it is to be sent again.")
    ],
    claim: Annotated[
        str,
        typer.Option(help="Which one, as the alarm names it; needed when several are in doubt."),
    ] = "",
    requested_by: Annotated[str, typer.Option(help="Who decides.")] = "operator",
) -> None:
    """Say what became of a digest of which nobody knows whether it was sent."""
    settled = asyncio.run(
        resolve(day.date(), sent=sent, requested_by=requested_by, claim=claim.strip())
    )
    for key, state in settled.items():
        console.out.print(f"{key}: {state.value}", soft_wrap=True)


def add_commands(app: typer.Typer) -> None:
    """Put the command on the command line."""
    app.add_typer(digest_app, name="digest")
