"""The digest in short, the same sentences and amounts, as a channel of Slack or Teams gets it."""

from collections.abc import Iterator

from services.notifier.channels.formats import Note, Pairs, envelope_of
from services.notifier.mail.message import Envelope
from services.notifier.report.counted import counted
from services.notifier.report.currency_figures import CurrencyFigures
from services.notifier.report.delay import NEXT, delay_said, known_of
from services.notifier.report.findings import found_in, place, signed
from services.notifier.report.look import SHAPES
from services.notifier.report.ou_lines import MOST_TROUBLED
from services.notifier.report.report import Report
from services.notifier.report.restatements import CurrencyRestatements
from services.notifier.report.verdict import short, verdict
from shared.config_people import Chat
from shared.events import DelayedData
from shared.money import cents


def chat_envelope(report: Report, chat: Chat) -> Envelope:
    """Return what goes to a channel; its recipient is the channel's name."""
    figures = report.figures
    note = Note(
        title=f"{SHAPES[figures.worst]} {verdict(figures)}",
        status=_status(report),
        facts=tuple(_facts(part) for part in figures.currencies),
        lines=(*_troubles(report), *_counts(report)),
        last=f"Daybook run {report.origin.run}; the mailed digest has everything.",
    )
    return envelope_of(note, chat)


def delayed_chat(delayed: DelayedData, run: str, chat: Chat) -> Envelope:
    """Return what tells a channel that a day's data is late."""
    due = f"It was due by {delayed.deadline:%H:%M} UTC on {delayed.deadline:%-d %B}."
    note = Note(
        title=f"{SHAPES['grey']} {delay_said(delayed)}",
        status=f"{delayed.reason}.",
        facts=(),
        lines=(*known_of(delayed), due, NEXT),
        last=f"Daybook run {run}",
    )
    return envelope_of(note, chat)


def _status(report: Report) -> str:
    figures = report.figures
    again = " · sent again on request" if report.origin.replay else ""
    day, metric = f"{figures.day:%A %-d %B %Y}", figures.metric_said
    return f"Cost of {day} · {figures.status} · {metric} cost{again}"


def _facts(part: CurrencyFigures) -> Pairs:
    """Return the figures of a currency, each with its name; amounts as in the digest."""
    expected = part.expected
    against = [f"{each.said(part.total)} against {each.label}" for each in part.comparisons]
    month = [f"{cents(part.month_to_date)} {part.currency}", *part.month_beside]
    facts = [
        ("Day", "; ".join([f"{cents(part.total)} {part.currency}", *against])),
        ("Month to date", "; ".join(month)),
    ]
    if expected.estimate is not None:
        beside = "; ".join(part.estimate_beside)
        facts.append(("Month-end estimate", f"{cents(expected.estimate)} ({beside})"))
    if expected.budget is not None:
        facts.append((f"Budget of {short(part.head_name)}", cents(expected.budget)))
    return facts


def _troubles(report: Report) -> list[str]:
    troubled = report.figures.in_trouble
    lines = [
        f"{SHAPES[line.outlook.light]} {line.outlook.light.capitalize()}: "
        f"{short(line.outlook.ou)}: {line.outlook.reason}"
        for line in troubled[:MOST_TROUBLED]
    ]
    left = len(troubled) - MOST_TROUBLED
    return [*lines, *([f"and {left} more"] if left > 0 else [])]


def _counts(report: Report) -> Iterator[str]:
    """Say in a line each how many lights, anomalies, restatements and account changes there are."""
    yield f"Lights: {report.figures.lights}."
    yield from _stood_out(report)
    restated = report.restated
    if restated:
        parts = [_restated(part) for part in restated.currencies]
        days = [f"{restated.unstated_days} by an unknown amount"] if restated.unstated else []
        since = f"{restated.since:%a %-d %b}"
        yield f"Restated since the last digest (of {since}): {'; '.join([*parts, *days])}."
    if report.news:
        counts = [
            f"{len(group.accounts) + group.more:,} {group.title.lower()}"
            for group in report.news.groups
        ]
        yield f"Accounts: {', '.join(counts)}."


def _stood_out(report: Report) -> Iterator[str]:
    for part in report.figures.currencies:
        found = found_in(report.anomalies, part.currency, report.history)
        if found is None:
            continue
        if not found.shown:
            yield f"What stood out: {found.nothing}"
            continue
        first = found.shown[0]
        count = counted(len(found.shown) + found.more, "anomaly", "anomalies")
        new = f", {found.new:,} new" if found.new else ""
        where = f"{signed(first.impact)} {first.currency} by {place(first)}"
        yield f"What stood out: {count}{new}; first {where}."


def _restated(part: CurrencyRestatements) -> str:
    if len(part.spans) == 1:
        return f"{part.spans[0].days} {part.spans[0].movement} {part.currency}"
    return f"{counted(len(part.spans), 'span')} of days in {part.currency}"
