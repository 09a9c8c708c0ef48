"""Puts a dashboard into one HTML file that loads nothing and runs nothing but its own scripts."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files

from services.notifier.dashboard.model import Dashboard
from services.notifier.dashboard.packed import packed

SCRIPTS = ("format", "data", "place", "kept", "parts", "figures", "charts", "tables", "view")
"""Files of assets/ in the order that they run in; together they are one function's body."""
CHARTS = ("months", "burnup", "daily")
"""Vega-Lite specifications in charts/."""


def page(board: Dashboard) -> bytes:
    """Return the file; the same dashboard gives the same bytes."""
    texts, amounts = packed(board)
    values = _constant() | {"day": str(board.told.day), "texts": texts, "amounts": amounts}
    parts = _asset("page.html").split("@@")
    return "".join(values[part] if n % 2 else part for n, part in enumerate(parts)).encode()


@cache
def _constant() -> dict[str, str]:
    """Return what every page has: its scripts and style, and the policy that lets only them run."""
    vega, script, style = _asset("vega.js"), _script(), _asset("style.css")
    policy = (
        f"default-src 'none'; script-src '{_digest(vega)}' '{_digest(script)}'; "
        f"style-src '{_digest(style)}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    return {"policy": policy, "style": style, "charts": _charts(), "vega": vega, "script": script}


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
    # Without a "<" no text can end the element that it is in.
    return f"{{{','.join(specs)}}}".replace("<", "\\u003c")
