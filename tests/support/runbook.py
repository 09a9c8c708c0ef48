"""Takes `docs/runbook.md` apart: its headings, the alarms they are about, and its commands."""

import re
import shlex
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "runbook.md"
_BLOCK = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def text() -> str:
    """Return the page."""
    return PAGE.read_text(encoding="utf-8")


def headings() -> list[str]:
    """Return its headings."""
    return re.findall(r"^## (.+)$", text(), re.MULTILINE)


def commands() -> list[tuple[str, ...]]:
    """Return every command that it says to type, once each, in the order of the page."""
    lines = [line for block in _BLOCK.findall(text()) for line in block.splitlines()]
    return list(dict.fromkeys(tuple(shlex.split(line, comments=True)) for line in lines))
