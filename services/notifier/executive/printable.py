"""Texts as the PDF's font can print them: PDF/UA allows no character without a glyph.

`fonts/coverage.txt` lists what all of the embedded fonts have (`make fonts`); anything else, such
as a name in Chinese, is printed as boxes. The digest and the dashboard show it as it is.
"""

import unicodedata
from functools import cache
from importlib.resources import files
from typing import Any

Texts = dict[str, Any]
"""What the template prints, under the names that it knows."""
BOX = "\N{WHITE SQUARE}"


def printable(value: Any) -> Any:
    """Return texts, and whatever lists and mappings hold of them, as they can be printed."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return {key: printable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [printable(each) for each in value]
    return value


def _text(text: str) -> str:
    composed = unicodedata.normalize("NFC", text)
    return "".join(_character(each) for each in composed)


def _character(character: str) -> str:
    if not character.isprintable():
        return " "
    return character if ord(character) in _coverage() else BOX


@cache
def _coverage() -> frozenset[int]:
    listed = files(__package__) / "fonts" / "coverage.txt"
    ranges = (line.split("-") for line in listed.read_text(encoding="ascii").split())
    return frozenset(
        point for ends in ranges for point in range(int(ends[0], 16), int(ends[-1], 16) + 1)
    )
