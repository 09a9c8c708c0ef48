"""What stood out and why cost changed, ready to be shown: few lines, each with its amount."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.notifier.report.accounts import called
from services.notifier.report.restatements import days_said
from shared.anomalies import JUDGED_AFTER, Anomaly
from shared.config_outlook import CENT, ROOT, UNMAPPED
from shared.money import cents, exact_sum
from shared.why import CAUSES, Change, Span, within

MOST_FOUND = 6
MOST_CHANGES = 6
AGAINST: dict[Span, str] = {
    "day": "The day against the day before",
    "month": "The month to date against as many days of the month before",
}


def signed(amount: Decimal) -> str:
    """Write a difference with its sign: `+12.30`, `-4.00` with a minus sign; zero has none."""
    text = cents(amount)
    return f"+{text}" if amount > 0 and text.strip("0.,") else text


def place(found: Anomaly | Change) -> str:
    """Say where it was: the service, the account and its OU."""
    return f"{found.service} in {called(found.account, found.account_name)}, {found.ou}"


def said(found: Anomaly) -> str:
    """Say what an anomaly cost beside what was expected, and what drove it."""
    text = f"cost {cents(found.actual)} where {cents(found.expected)} was expected"
    driven = " in ".join(part for part in (found.usage_type, found.region) if part)
    text += f", mostly by {driven}" if driven else ""
    return f"{text}: {found.explanation}" if found.explanation else text


@dataclass(frozen=True)
class Found:
    """The anomalies of one currency that a reader is shown, and how many are left out."""

    shown: tuple[Anomaly, ...]
    more: int
    explained: int
    """Those that the configuration explains: told in the dashboard only."""
    history: int | None = None
    """Days of history there were to judge by; None: not known."""

    @property
    def new(self) -> int:
        """How many of those shown are told for the first time."""
        return sum(each.is_new for each in self.shown)

    @property
    def nothing(self) -> str:
        """What is said where nothing is shown."""
        return nothing_said(self.history)


def nothing_said(history: int | None) -> str:
    """Say that nothing stood out, or that `history`, in days, was too short to say so."""
    if history is not None and history < JUDGED_AFTER:
        return f"Too little history to judge yet: {history} of {JUDGED_AFTER} days."
    return "Nothing: every account's services cost what their history lets expect."


def found_in(
    anomalies: Sequence[Anomaly] | None, currency: str, history: int | None = None
) -> Found | None:
    """Return what stood out in a currency; None when nobody looked."""
    if anomalies is None:
        return None
    here = [each for each in anomalies if each.currency == currency]
    loud = [each for each in here if not each.quiet]
    shown = tuple(loud[:MOST_FOUND])
    return Found(shown, len(loud) - len(shown), len(here) - len(loud), history)


def days_of(found: Anomaly) -> str:
    """Return the days of an anomaly as a reader knows them."""
    ongoing = found.state == "open" and found.until == found.as_of and found.since != found.until
    return f"since {found.since:%-d %b}" if ongoing else days_said(found.since, found.until)


@dataclass(frozen=True)
class Why:
    """Why the cost of one currency changed over a span: the causes, and the largest changes."""

    against: str
    total: Decimal
    causes: tuple[tuple[str, Decimal], ...]
    shown: tuple[Change, ...]
    more: int


def why(
    changes: Sequence[Change] | None, currency: str, span: Span, ous: Sequence[str] = ()
) -> Why | None:
    """Return why cost changed in these OUs, or in all; None when nobody compared the span."""
    rows = [
        row
        for ou in ous or (ROOT, UNMAPPED)
        for row in within(changes or (), ou, span)
        if row.currency == currency and row.total
    ]
    if not rows:
        return None
    rows.sort(key=lambda row: (-abs(row.total), row.service, row.account))
    sums = [(cause, exact_sum(getattr(row, cause) for row in rows)) for cause in CAUSES]
    return Why(
        AGAINST[span],
        exact_sum(row.total for row in rows),
        to_cents(sums),
        tuple(rows[:MOST_CHANGES]),
        max(0, len(rows) - MOST_CHANGES),
    )


@dataclass(frozen=True)
class Findings:
    """What one currency's section says; `found` is None when nobody looked for anomalies."""

    found: Found | None
    whys: tuple[Why, ...]


def findings(
    anomalies: Sequence[Anomaly] | None,
    changes: Sequence[Change] | None,
    currency: str,
    ous: Sequence[str] = (),
    history: int | None = None,
) -> Findings:
    """Return what stood out and why cost changed in a currency, in these OUs or in all."""
    spans: tuple[Span, ...] = ("day", "month")
    whys = (why(changes, currency, span, ous) for span in spans)
    found = found_in(anomalies, currency, history)
    return Findings(found, tuple(each for each in whys if each))


def causes_of(change: Change) -> str:
    """Say what a change is made of: `usage +12.00, price -1.00`."""
    parts = to_cents((cause, getattr(change, cause)) for cause in CAUSES)
    return ", ".join(f"{cause} {signed(amount)}" for cause, amount in parts)


def to_cents(parts: Iterable[tuple[str, Decimal]]) -> tuple[tuple[str, Decimal], ...]:
    """Round parts to the cent so that they add up to their rounded total, without those of zero.

    What rounding leaves over or takes is the largest part's.
    """
    known = [(name, amount) for name, amount in parts if amount]
    if not known:
        return ()
    rounded = {name: amount.quantize(CENT) for name, amount in known}
    total = exact_sum(amount for _, amount in known).quantize(CENT)
    largest = max(known, key=lambda part: abs(part[1]))[0]
    others = exact_sum(amount for name, amount in rounded.items() if name != largest)
    rounded[largest] = exact_sum((total, others.copy_negate()))
    return tuple(rounded.items())
