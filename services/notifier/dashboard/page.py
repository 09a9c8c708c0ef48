"""Puts a dashboard into one HTML file that loads nothing and runs nothing but its own scripts."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files

from services.notifier.dashboard.model import Dashboard
from services.notifier.dashboard.packed import packed

SCRIPTS = ("format", "data", "place", "parts", "figures", "charts", "tables", "view")
"""Files of assets/ in the order that they run in; together they are one function's body."""
CHARTS = ("months", "burnup", "daily")
"""Vega-Lite specifications in charts/."""


def page(board: Dashboard) -> bytes:
    """Return the file; the same dashboard gives the same bytes."""
    texts, amounts = packed(board)
    vega, script, style = _asset("vega.js"), _script(), _asset("style.css")
    policy = (
        f"default-src 'none'; script-src '{_digest(vega)}' '{_digest(script)}'; "
        f"style-src '{_digest(style)}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    # None of the parts holds a "<": no text can end the element that it is in.
    charts = _charts().replace("<", "\\u003c")
    values = {
        "policy": policy,
        "day": str(board.told.day),
        "style": style,
        "texts": texts,
        "amounts": amounts,
        "charts": charts,
        "vega": vega,
        "script": script,
    }
    return "".join(
        values[part] if number % 2 else part
        for number, part in enumerate(_asset("page.html").split("@@"))
    ).encode()


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode('ascii')}"


@cache
def _asset(name: str) -> str:
    return (files(__package__) / "assets" / name).read_text(encoding="utf-8")


@cache
def _script() -> str:
    parts = "\n".join(_asset(f"{name}.js") for name in SCRIPTS)
    return f'(() => {{\n"use strict";\n{parts}\n}})();\n'


@cache
def _charts() -> str:
    folder = files(__package__) / "charts"
    specs = (f'"{n}":{(folder / f"{n}.vl.json").read_text(encoding="utf-8")}' for n in CHARTS)
    return f"{{{','.join(specs)}}}"
