"""Renders the digest's subject, HTML and text. Everything from outside is escaped."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined

from services.notifier.mail.bars import bar_of
from services.notifier.report.accounts import MOST_ACCOUNTS
from services.notifier.report.counted import counted
from services.notifier.report.delay import delay_said, known_of
from services.notifier.report.figures import CurrencyFigures, Figures
from services.notifier.report.findings import (
    Findings,
    causes_of,
    days_of,
    findings,
    place,
    said,
    signed,
)
from services.notifier.report.look import DARK, LIGHT, NONE, SHAPES
from services.notifier.report.ou_lines import MOST_GIVING, MOST_OUS, MOST_TROUBLED, worth_showing
from services.notifier.report.report import Report
from services.notifier.report.verdict import short, subject_state, verdict
from shared.config_outlook import shown_ou
from shared.events import DelayedData
from shared.money import MINUS, cents, plain

UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
"""Characters that HTML text cannot hold, or not as they are (HTML Standard, "Preprocessing the
input stream"); a carriage return would become a line feed."""
MOST_BYTES = 100_000
"""Of a digest's HTML: Gmail cuts off what is beyond 102 KB."""
FEWER_OUS = (MOST_OUS, 52, 45, 39, 34, 29, 25, 21, 18, 15, 12, 9, 6)
"""Lines of the OU table that are tried until the digest is small enough."""


@dataclass(frozen=True)
class Rendered:
    """A digest ready to be put into a message."""

    subject: str
    html: str
    text: str


def render(report: Report) -> Rendered:
    """Render a report as a digest; a section for each thing beside the figures that there is."""
    context = {
        "figures": report.figures,
        "origin": report.origin,
        "news": report.news,
        "restated": report.restated,
        "about": report.about,
        "compared": report.compared,
        "verdict": verdict(report.figures),
        "findings": {each.currency: _findings(report, each) for each in report.figures.currencies},
        "part": [shown_ou(ou) for ou in report.part],
    }
    html, most_ous = _whole_html(context)
    text = _environment(html=False).get_template("digest.txt.j2")
    return Rendered(
        subject=_subject(report.figures, report.part),
        html=html,
        text=text.render(context, most_ous=most_ous),
    )


def _findings(report: Report, of: CurrencyFigures) -> Findings:
    return findings(report.anomalies, report.changes, of.currency, report.part, report.history)


def _whole_html(context: Mapping[str, object]) -> tuple[str, int]:
    """Return a digest that no client cuts off, and of how many OUs its tables have lines."""
    template = _environment(html=True).get_template("digest.html.j2")
    html, most = "", 0
    for most in FEWER_OUS:
        html = _inlined(template.render(context, most_ous=most))
        if len(html.encode()) <= MOST_BYTES:
            break
    return html, most


def render_delayed(delayed: DelayedData) -> Rendered:
    """Render the mail that says that a day's data is late."""
    context = {"delayed": delayed, "known": known_of(delayed)}
    return Rendered(
        subject=delay_said(delayed),
        html=_inlined(_environment(html=True).get_template("delayed.html.j2").render(context)),
        text=_environment(html=False).get_template("delayed.txt.j2").render(context),
    )


def render_executive(figures: Figures) -> Rendered:
    """Render the few words that go with the executive PDF."""
    context = {"figures": figures, "verdict": verdict(figures)}
    return Rendered(
        subject=_subject(figures, ()),
        html=_inlined(_environment(html=True).get_template("executive.html.j2").render(context)),
        text=_environment(html=False).get_template("executive.txt.j2").render(context),
    )


def _inlined(html: str) -> str:
    return css_inline.inline(
        html, keep_style_tags=True, load_remote_stylesheets=False, minify_css=True
    )


def _subject(figures: Figures, part: Sequence[str]) -> str:
    totals = " + ".join(f"{cents(part.total)} {part.currency}" for part in figures.currencies)
    partial = "" if figures.complete else " (partial)"
    names = ", ".join(shown_ou(ou) for ou in part)
    whose = f" in {short(names)}" if part else ""
    state, day = subject_state(figures), f"{figures.day:%a %d %b %Y}"
    return one_line(f"[{state}] {totals or 'no cost'}{whose} on {day}{partial}")


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
        loader=PackageLoader("services.notifier.mail"),
        autoescape=html,  # noqa: S701 - on for HTML; the text part must not be escaped
        undefined=StrictUndefined,
        finalize=_if_text(in_html if html else one_line),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(light=LIGHT, dark=DARK, shapes=SHAPES)
    environment.globals.update(most_troubled=MOST_TROUBLED)
    environment.globals.update(most_accounts=MOST_ACCOUNTS, most_giving=MOST_GIVING)
    environment.filters.update(cents=cents, plain=_plain, amount=_amount, counted=counted)
    environment.filters.update(
        signed=signed, said=said, place=place, days_of=days_of, causes_of=causes_of, bar=bar_of
    )
    environment.filters.update(worth_showing=worth_showing)
    return environment


def _plain(amount: Decimal) -> str:
    return plain(amount).replace("-", MINUS)


def _amount(amount: Decimal | None) -> str:
    return NONE if amount is None else cents(amount)
