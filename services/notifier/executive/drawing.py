"""Draws the charts of the PDF as SVG, from the same Vega-Lite specifications as the dashboard's.

Vega runs in vl-convert's own engine: no browser, no network, and text stays text.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import as_file, files
from typing import Any

import vl_convert

from services.notifier.executive.months import Row
from services.notifier.report.look import INK, LIGHT

WIDTH = 660
"""Width in CSS pixels: at the width of the page's text, 10.5 px become 8 pt."""
TICKS = 4
FEW_DAYS = 62
DAY_LABEL = "utcFormat(toDate(datum.value), '%-d %b')"
UNITS = ((1e9, "B"), (1e6, "M"), (1e3, "k"))
AMOUNT_LABEL = (
    "".join(
        f"abs(datum.value) >= {size} ? format(datum.value / {size}, ',.2~f') + '{unit}' : "
        for size, unit in UNITS
    )
    + "format(datum.value, ',.6~f')"
)
"""Amounts on an axis: `1.5M`, `20k`, `0.25`. Vega's own short form says `250m` for the last."""


def svg(kind: str, rows: Sequence[Row], *, height: int, width: int = WIDTH) -> bytes:
    """Draw the chart `kind` of the dashboard's charts/ as it is printed."""
    _register_fonts()
    spec = _specification(kind) | {"width": width, "height": height}
    spec["autosize"] = {"type": "fit", "contains": "padding"}
    spec["data"] = {"name": kind, "values": list(rows)}
    spec["layer"] = [_layer(layer) for layer in spec["layer"] if _is_printed(layer, rows)]
    spec["encoding"] = {"x": _x(spec["encoding"]["x"], rows)}
    drawn: str = vl_convert.vegalite_to_svg(spec, config=_print())
    return drawn.encode()


def _layer(layer: dict[str, Any]) -> dict[str, Any]:
    """End the axis at a label: the budget is not to hang above the last of them."""
    y = layer["encoding"]["y"]
    scaled = {**y, "scale": {**y.get("scale", {}), "nice": TICKS}}
    return {**layer, "encoding": {**layer["encoding"], "y": scaled}}


def _x(x: dict[str, Any], rows: Sequence[Row]) -> dict[str, Any]:
    """Keep places in the order of the rows; of few days label weeks, since months are too long."""
    if x["type"] != "ordinal":
        return x
    places = [row[x["field"]] for row in rows]
    found = {**x, "scale": {**x["scale"], "domain": places}}
    if x["field"] == "date" and len(places) <= FEW_DAYS:
        found["axis"] = {**x["axis"], "values": places[::7], "labelExpr": DAY_LABEL}
    return found


def _is_printed(layer: Mapping[str, Any], rows: Sequence[Row]) -> bool:
    """Leave out what only a pointer touches, and layers without a value to draw."""
    name = layer.get("name")
    if layer["mark"]["style"] == "touch" or name == "top":
        return False
    return name is None or any(row.get(name) is not None for row in rows)


@cache
def _register_fonts() -> None:
    with as_file(files(__package__) / "fonts") as folder:
        vl_convert.register_font_directory(str(folder))


@cache
def _text(kind: str) -> str:
    folder = files("services.notifier.dashboard") / "charts"
    return (folder / f"{kind}.vl.json").read_text(encoding="utf-8")


def _specification(kind: str) -> dict[str, Any]:
    specification: dict[str, Any] = json.loads(_text(kind))
    return specification


def _print() -> dict[str, Any]:
    return {
        "background": None,
        "font": "Inter",
        "view": {"stroke": None},
        "padding": {"top": 4, "bottom": 0, "left": 0, "right": 4},
        "axis": {
            "labelColor": LIGHT["muted"],
            "labelFontSize": 10.5,
            "labelPadding": 6,
            "domainColor": LIGHT["rule"],
            "gridColor": LIGHT["line"],
            "tickColor": LIGHT["line"],
            "domain": False,
        },
        "axisX": {"domain": True, "grid": False, "labelExpr": "split(datum.label, '\\n')"},
        "axisY": {"ticks": False, "tickCount": TICKS, "labelExpr": AMOUNT_LABEL, "grid": True},
        "style": _styles(),
    }


def _styles() -> dict[str, Any]:
    actual, estimate, budget = LIGHT["actual"], LIGHT["estimate"], LIGHT["budget"]
    return {
        "actual": {"color": actual, "cornerRadiusEnd": 1.5},
        "estimate": {"color": estimate, "cornerRadiusEnd": 1.5},
        "day": {"color": actual, "cornerRadiusEnd": 1, "opacity": 0.5},
        "picked": {"color": LIGHT["accent"], "cornerRadiusEnd": 1},
        "interval": {"color": INK, "strokeWidth": 1.5},
        "budget": {"color": budget, "strokeWidth": 2, "opacity": 1},
        "now": {"color": actual, "strokeWidth": 2.25, "strokeCap": "round"},
        "past": {"color": LIGHT["muted"], "strokeWidth": 1.25, "opacity": 0.6},
        "ahead": {"color": actual, "strokeWidth": 1.5, "strokeDash": [3, 4]},
        "band": {"color": estimate, "opacity": 0.55},
        "latest": {"color": actual, "size": 60, "filled": True, "opacity": 1},
        "restated": {"shape": "diamond", "color": budget, "size": 40, "filled": True, "opacity": 1},
    }
