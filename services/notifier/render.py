"""Renders the digest's subject, HTML and text. Everything from outside is escaped."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined

from services.notifier.about_data import AboutData
from services.notifier.accounts import MOST_ACCOUNTS, AccountNews
from services.notifier.compared import Comparison
from services.notifier.figures import Figures
from services.notifier.restatements import Restatements
from shared.events import DelayedData
from shared.money import cents, plain

SHAPES = {"red": "■", "yellow": "▲", "green": "●", "grey": "○"}
"""A light is a shape and a word as well as a colour."""
SUBJECT_NAME = 60
"""Characters of an OU's name in the subject."""
UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
"""Characters that HTML text cannot hold, or not as they are (HTML Standard, "Preprocessing the
input stream"); a carriage return would become a line feed."""


@dataclass(frozen=True)
class Origin:
    """Where a digest's figures come from, for its last lines."""

    run: str
    source_version: str
    replay: bool
    csv_location: str | None = None
    """Where the CSV lies when it is too large to be attached."""
    month_before: str = ""
    """How far the figures of the month before can be relied on, in a sentence."""
    query_cost: Decimal | None = None
    """What the scan of the export cost in US dollars; None where nobody charges for it."""


@dataclass(frozen=True)
class Rendered:
    """A digest ready to be put into a message."""

    subject: str
    html: str
    text: str


def render(
    figures: Figures,
    origin: Origin,
    news: AccountNews | None = None,
    *,
    restated: Restatements | None = None,
    about: AboutData | None = None,
    compared: tuple[Comparison, ...] = (),
) -> Rendered:
    """Render a digest; a section for each of the others that there is.

    `news`: what changed in the organization on the day. `restated`: what changed in days that
    were told before. `about`: what the export lacks, or has that Daybook does not know.
    `compared`: what Cost Explorer and the invoices say.
    """
    context = {
        "figures": figures,
        "origin": origin,
        "news": news,
        "restated": restated,
        "about": about,
        "compared": compared,
        "shapes": SHAPES,
        "most_accounts": MOST_ACCOUNTS,
    }
    html = _environment(html=True).get_template("digest.html.j2").render(context)
    return Rendered(
        subject=_subject(figures),
        html=css_inline.inline(html, keep_style_tags=True, load_remote_stylesheets=False),
        text=_environment(html=False).get_template("digest.txt.j2").render(context),
    )


def render_delayed(delayed: DelayedData) -> Rendered:
    """Render the mail that says that a day's data is late."""
    context = {"delayed": delayed}
    return Rendered(
        subject=f"Data delayed: the cost of {delayed.day:%a %d %b %Y} is not known yet",
        html=_environment(html=True).get_template("delayed.html.j2").render(context),
        text=_environment(html=False).get_template("delayed.txt.j2").render(context),
    )


def _subject(figures: Figures) -> str:
    totals = " + ".join(f"{cents(part.total)} {part.currency}" for part in figures.currencies)
    troubled = figures.in_trouble
    state = f"{figures.worst}: {_short(troubled[0].outlook.ou)}" if troubled else figures.worst
    more = f" and {len(troubled) - 1} more" if len(troubled) > 1 else ""
    partial = "" if figures.complete else " (partial)"
    subject = f"[{state}{more}] {totals or 'no cost'} on {figures.day:%a %d %b %Y}{partial}"
    return one_line(subject)


def _short(name: str) -> str:
    return name if len(name) <= SUBJECT_NAME else f"{name[: SUBJECT_NAME - 1]}…"


def one_line(text: str) -> str:
    """Keep a name from ending a line, or from turning the text behind it around (bidi controls)."""
    return "".join(c if c.isprintable() else " " for c in text)


def in_html(text: str) -> str:
    """Show what HTML cannot hold as U+FFFD; everything else is escaped by Jinja."""
    return UNFIT.sub("\ufffd", text)


def _if_text(clean: Callable[[str], str]) -> Callable[[object], object]:
    return lambda value: clean(value) if isinstance(value, str) else value


@cache
def _environment(*, html: bool) -> Environment:
    environment = Environment(
        loader=PackageLoader("services.notifier"),
        autoescape=html,  # noqa: S701 - on for HTML; the text part must not be escaped
        undefined=StrictUndefined,
        finalize=_if_text(in_html if html else one_line),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(cents=cents, plain=plain, percent=_percent)
    return environment


def _percent(change: Decimal | None) -> str:
    return "from zero" if change is None else f"{change:+.1f} %"
