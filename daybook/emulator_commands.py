"""The commands for an emulator that runs already: apply the topology to it, fetch its mails."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from daybook import console
from daybook.apply import ENDPOINT, Wanted, apply
from daybook.kept_mail import kept_mails, write_mails
from daybook.seed import EXPORT_BUCKET
from shared.errors import InputError

topology_app = typer.Typer(help="Apply infra/topology.json to an emulator.", no_args_is_help=True)


def add_commands(app: typer.Typer) -> None:
    """Put the commands on the command line."""
    app.add_typer(topology_app, name="topology")
    app.command("mail", epilog="Example: daybook mail --out out/mail")(mail)


@topology_app.command("apply", epilog="Example: daybook topology apply --example")
def topology_apply(
    *,
    example: Annotated[
        bool, typer.Option(help="With an example export up to today, and its daybook.yaml.")
    ] = False,
    export_bucket: Annotated[str, typer.Option(help="Where the example goes.")] = EXPORT_BUCKET,
    alarm_email: Annotated[
        list[str] | None, typer.Option(help="Who is told of alarms; may be repeated.")
    ] = None,
    wait: Annotated[float, typer.Option(help="Seconds until the emulator must answer.")] = 60,
    as_json: Annotated[bool, typer.Option("--json", help="What it became, as JSON.")] = False,
) -> None:
    """Make everything that infra/topology.json names, where AWS_ENDPOINT_URL points.

    Safe to repeat. DAYBOOK_ARCHIVE_BUCKET names another archive bucket than the topology's.
    """
    wanted = Wanted(export_bucket if example else None, tuple(alarm_email or ()), wait)
    with console.waiting("applying"):
        made = asyncio.run(apply(wanted, _say))
    if as_json:
        sys.stdout.write(json.dumps(made) + "\n")
    else:
        console.out.print(f"export DAYBOOK_EVENTS_TOPIC={made['events_topic']}", soft_wrap=True)


def mail(out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("out/mail")) -> None:
    """Write the mails that LocalStack has kept to files: it sends none."""
    endpoint = os.environ.get(ENDPOINT)
    if not endpoint:
        raise InputError(ENDPOINT, "is not set", "Point it at LocalStack")
    mails = asyncio.run(kept_mails(endpoint))
    if not mails:
        raise InputError(endpoint, "has sent no mail yet", "Ask for a day: daybook publish")
    for path in write_mails(mails, out):
        console.out.print(str(path), soft_wrap=True, markup=False)


def _say(text: str) -> None:
    console.err.print(text, soft_wrap=True, markup=False)
