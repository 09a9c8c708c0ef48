"""Sets the PDF with Typst: tagged as PDF/UA-1, fonts embedded, charts as vectors.

Typst refuses to write what breaks PDF/UA-1 as far as a machine can tell. It reads nothing but what
it is given here: no system font, no package from the web.
"""

import json
from datetime import date
from functools import cache
from importlib.resources import as_file, files

import pyarrow as pa
import typst

from services.notifier.dashboard.model import Dashboard
from services.notifier.executive.content import content
from services.notifier.executive.drawing import WIDTH, svg
from services.notifier.executive.months import Months, months_by_currency
from services.notifier.report.report import Report

HEIGHTS = {"months": 190, "burnup": 190, "daily": 120}
NARROW = {"months": 244, "burnup": 394}
"""Widths of drawings that stand beside each other."""
FONT_FILES = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf")


def executive_pdf(report: Report, board: Dashboard) -> bytes:
    """Return the PDF of a run; the same report and dashboard give the same bytes."""
    # What reading the window took is not needed beside what drawing takes.
    pa.default_memory_pool().release_unused()
    months = months_by_currency(board)
    texts = content(report, months)
    drawn = months[texts["currencies"][0]["currency"]] if texts["currencies"] else None
    drawings = _drawings(drawn, report) if drawn else {}
    return typeset(json.dumps(texts).encode(), drawings, report.figures.day)


def typeset(texts: bytes, drawings: dict[str, bytes], day: date) -> bytes:
    """Compile the template with its texts and drawings."""
    sources = {"main.typ": _template(), "content.json": texts} | drawings
    with as_file(files(__package__) / "fonts") as fonts:
        made = typst.compile(  # type: ignore[call-overload] # its types leave the dict out
            sources,
            font_paths=[str(fonts)],
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=["ua-1"],
            timestamp=_midnight(day),
        )
    if not isinstance(made, bytes):
        raise TypeError("Typst returned no single document")
    return made


def _midnight(day: date) -> int:
    """Date the document by what it tells, not by the clock: a repeat gives the same bytes."""
    return (day - date(1970, 1, 1)).days * 86_400


def _drawings(months: Months, report: Report) -> dict[str, bytes]:
    widths = NARROW if months.few else {}
    return {
        f"{kind}.svg": svg(kind, rows, height=HEIGHTS[kind], width=widths.get(kind, WIDTH))
        for kind, rows in months.charts(report.restated_days).items()
    }


@cache
def _template() -> bytes:
    return (files(__package__) / "executive.typ").read_bytes()
