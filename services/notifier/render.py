"""Renders the digest's subject, HTML and text. Everything from outside is escaped."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from urllib.parse import quote, urlencode

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined

from services.notifier.about_data import AboutData
from services.notifier.accounts import MOST_ACCOUNTS, AccountNews
from services.notifier.bars import bar_of
from services.notifier.compared import Comparison
from services.notifier.figures import Figures
from services.notifier.findings import causes_of, days_of, findings, place, said, signed
from services.notifier.look import DARK, LIGHT, SHAPES
from services.notifier.ou_lines import MOST_GIVING
from services.notifier.restatements import Restatements
from services.notifier.verdict import short, verdict
from shared.anomalies import Anomaly
from shared.config_outlook import shown_ou
from shared.events import DelayedData
from shared.locations import split_uri
from shared.money import cents, plain
from shared.why import Change

UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
"""Characters that HTML text cannot hold, or not as they are (HTML Standard, "Preprocessing the
input stream"); a carriage return would become a line feed."""
CONSOLE = "https://console.aws.amazon.com/s3/object/"


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

    @property
    def csv_link(self) -> str | None:
        """The page of AWS's console that has the CSV for who is signed in and may read it.

        No link of its own rights: those of a worker's role end within hours.
        """
        if not self.csv_location or not self.csv_location.startswith("s3://"):
            return None
        bucket, key = split_uri(self.csv_location)
        return f"{CONSOLE}{bucket}?{urlencode({'prefix': key}, quote_via=quote)}"


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
    anomalies: Sequence[Anomaly] | None = None,
    history: int | None = None,
    changes: Sequence[Change] | None = None,
    part: Sequence[str] = (),
) -> Rendered:
    """Render a digest; a section for each of the others that there is.

    `news`: what changed in the organization on the day. `restated`: what changed in days that
    were told before. `about`: what the export lacks, or has that Daybook does not know.
    `compared`: what Cost Explorer and the invoices say. `anomalies` and `changes`: what stood out,
    judged by days of `history`, and why cost changed, where somebody looked. `part`: paths of the
    OUs, if not all.
    """
    context = {
        "figures": figures,
        "origin": origin,
        "news": news,
        "restated": restated,
        "about": about,
        "compared": compared,
        "verdict": verdict(figures),
        "findings": {
            each.currency: findings(anomalies, changes, each.currency, part, history)
            for each in figures.currencies
        },
        "part": [shown_ou(ou) for ou in part],
    }
    html = _environment(html=True).get_template("digest.html.j2").render(context)
    return Rendered(
        subject=_subject(figures, part),
        html=_inlined(html),
        text=_environment(html=False).get_template("digest.txt.j2").render(context),
    )


def render_delayed(delayed: DelayedData) -> Rendered:
    """Render the mail that says that a day's data is late."""
    context = {"delayed": delayed}
    return Rendered(
        subject=f"Data delayed: the cost of {delayed.day:%a %d %b %Y} is not known yet",
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
    return css_inline.inline(html, keep_style_tags=True, load_remote_stylesheets=False)


def _subject(figures: Figures, part: Sequence[str]) -> str:
    totals = " + ".join(f"{cents(part.total)} {part.currency}" for part in figures.currencies)
    troubled = figures.in_trouble
    state = f"{figures.worst}: {short(troubled[0].outlook.ou)}" if troubled else figures.worst
    more = f" and {len(troubled) - 1} more" if len(troubled) > 1 else ""
    partial = "" if figures.complete else " (partial)"
    names = ", ".join(shown_ou(ou) for ou in part)
    whose = f" in {short(names)}" if part else ""
    subject = f"[{state}{more}] {totals or 'no cost'}{whose} on {figures.day:%a %d %b %Y}{partial}"
    return one_line(subject)


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
    environment.globals.update(light=LIGHT, dark=DARK, shapes=SHAPES)
    environment.globals.update(most_accounts=MOST_ACCOUNTS, most_giving=MOST_GIVING)
    environment.filters.update(cents=cents, plain=plain, percent=_percent)
    environment.filters.update(
        signed=signed, said=said, place=place, days_of=days_of, causes_of=causes_of, bar=bar_of
    )
    return environment


def _percent(change: Decimal | None) -> str:
    return "from zero" if change is None else f"{change:+.1f} %"
