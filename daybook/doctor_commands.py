"""The command that examines an account."""

import asyncio
from dataclasses import asdict

import typer

from daybook import console
from daybook.doctor.diagnosis import Diagnosis
from daybook.doctor.examine import examine
from daybook.options import AsJson

SHAPES = {"fine": "●", "wrong": "■", "not known here": "○"}


def add_commands(app: typer.Typer) -> None:
    """Put the command on the command line."""
    app.command("doctor", epilog="Example: daybook doctor --json")(doctor_command)


def doctor_command(*, as_json: AsJson = False) -> None:
    """Examine what Daybook rests on: bucket, queues, mail, export, dashboards, roles, clock.

    Exit code 0: nothing is wrong; 1: something is. What cannot be known here is never called fine.
    """
    found = asyncio.run(examine())
    if as_json:
        console.write_json([asdict(each) for each in found])
    else:
        for each in found:
            _tell(each)
    if any(each.state == "wrong" for each in found):
        raise typer.Exit(1)


def _tell(said: Diagnosis) -> None:
    line = f"{SHAPES[said.state]} {said.about}: {said.found}"
    style = {"wrong": "red", "not known here": "dim"}.get(said.state)
    console.out.print(line, style=style, soft_wrap=True, markup=False)
    if said.state != "fine":
        state = "not known here. " if said.state == "not known here" else ""
        console.out.print(f"    {state}{said.remedy}", soft_wrap=True, markup=False)
