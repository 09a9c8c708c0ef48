"""The command line: every command is there, has an example, and imports what it needs alone."""

import json
import subprocess
import sys
from typing import Any

import pytest
import typer.main

from daybook.cli import COMMANDS, app

HEAVY = {"pandas", "duckdb", "statsforecast", "moto", "typst", "vl_convert", "jinja2"}
LIGHT = ("publish", "digest", "dlq", "status", "history", "replay")


def leaves(name: str) -> list[Any]:
    command = typer.main.get_group(app).commands[name]
    return list(getattr(command, "commands", {"": command}).values())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_and_has_help_and_an_example(name: str) -> None:
    for command in leaves(name):
        assert command.help
        assert "Example: daybook " in command.epilog


@pytest.mark.parametrize("name", LIGHT)
def test_a_command_imports_nothing_heavy_that_it_does_not_need(name: str) -> None:
    asked = f"""
import json, sys
sys.argv = ["daybook", "{name}", "--help"]
from daybook.cli import app
app(standalone_mode=False)
sys.stderr.write(json.dumps(sorted(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert HEAVY.isdisjoint(json.loads(done.stderr))
