"""Renders the digest's subject, HTML and text. Everything from outside is escaped."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined

from services.notifier.figures import Figures
from shared.money import cents, plain

SHAPES = {"red": "■", "yellow": "▲", "green": "●", "grey": "○"}
"""A light is a shape and a word as well as a colour."""


@dataclass(frozen=True)
class Origin:
    """Where a digest's figures come from, for its last lines."""

    run: str
    source_version: str
    replay: bool
    csv_location: str | None = None
    """Where the CSV lies when it is too large to be attached."""


@dataclass(frozen=True)
class Rendered:
    """A digest ready to be put into a message."""

    subject: str
    html: str
    text: str


def render(figures: Figures, origin: Origin) -> Rendered:
    """Render a digest."""
    context = {"figures": figures, "origin": origin, "shapes": SHAPES}
    html = _environment(html=True).get_template("digest.html.j2").render(context)
    return Rendered(
        subject=_subject(figures),
        html=css_inline.inline(html, keep_style_tags=True, load_remote_stylesheets=False),
        text=_environment(html=False).get_template("digest.txt.j2").render(context),
    )


def _subject(figures: Figures) -> str:
    totals = " + ".join(f"{cents(part.total)} {part.currency}" for part in figures.currencies)
    troubled = figures.in_trouble
    state = f"{figures.worst}: {troubled[0].outlook.ou}" if troubled else figures.worst
    more = f" and {len(troubled) - 1} more" if len(troubled) > 1 else ""
    partial = "" if figures.complete else " (partial)"
    subject = f"[{state}{more}] {totals or 'no cost'} on {figures.day:%a %d %b %Y}{partial}"
    return "".join(c if c.isprintable() else " " for c in subject)


@cache
def _environment(*, html: bool) -> Environment:
    environment = Environment(
        loader=PackageLoader("services.notifier"),
        autoescape=html,  # noqa: S701 - on for HTML; the text part must not be escaped
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(cents=cents, plain=plain, percent=_percent)
    return environment


def _percent(change: Decimal | None) -> str:
    return "from zero" if change is None else f"{change:+.1f} %"
