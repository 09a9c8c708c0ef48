"""The digest in short, the same sentences and amounts, as the channels of Slack and Teams take it.

Sources: Slack, "Reference: Blocks" and "Formatting text for app surfaces" (`&`, `<`, `>` escaped);
Microsoft, "Adaptive Cards schema" 1.4 and "Create incoming webhooks with Workflows".
"""

import json
from collections.abc import Sequence
from typing import Any

from services.notifier.figures import CurrencyFigures
from services.notifier.look import SHAPES
from services.notifier.message import Envelope
from services.notifier.render import one_line
from services.notifier.report import Report
from services.notifier.verdict import short, verdict
from shared.config_people import Chat
from shared.money import cents

MOST_OUS = 8
"""OUs in trouble that a channel is told of by name."""
Pairs = Sequence[tuple[str, str]]


def chat_envelope(report: Report, chat: Chat) -> Envelope:
    """Return what goes to a channel; its recipient is the channel's name."""
    write = _slack if chat.format == "slack" else _teams
    body = json.dumps(write(report), ensure_ascii=False, separators=(",", ":")).encode()
    return Envelope(chat.format, (chat.name,), body)


def _slack(report: Report) -> dict[str, Any]:
    title = _title(report)
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": title[:150]}},
        _context(_escaped(_status(report))),
    ]
    for part in report.figures.currencies:
        fields = [_mrkdwn(f"*{name}*\n{_escaped(text)}") for name, text in _facts(part)]
        blocks.append({"type": "section", "fields": fields})
    if lines := _troubles(report):
        text = "\n".join(_escaped(line) for line in lines)
        blocks.append({"type": "section", "text": _mrkdwn(text[:3000])})
    # What a notification shows, and what a client shows that knows no blocks.
    return {"text": _escaped(title), "blocks": [*blocks, _context(_escaped(_run(report)))]}


def _mrkdwn(text: str) -> dict[str, str]:
    return {"type": "mrkdwn", "text": text}


def _context(text: str) -> dict[str, Any]:
    return {"type": "context", "elements": [_mrkdwn(text)]}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _teams(report: Report) -> dict[str, Any]:
    facts = [_fact_set(_facts(part)) for part in report.figures.currencies]
    lines = [_text(line) for line in _troubles(report)]
    card = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.4",
        "body": [
            _text(_title(report), size="Large", weight="Bolder"),
            _text(_status(report), isSubtle=True),
            *facts,
            *lines,
            _text(_run(report), isSubtle=True, size="Small"),
        ],
    }
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "content": card}]}


def _text(text: str, **style: Any) -> dict[str, Any]:
    # RichTextBlock shows its text as it is: a TextBlock would take a name for Markdown.
    run = {"type": "TextRun", "text": text, **style}
    return {"type": "RichTextBlock", "inlines": [run]}


def _fact_set(pairs: Pairs) -> dict[str, Any]:
    return {"type": "FactSet", "facts": [{"title": name, "value": text} for name, text in pairs]}


def _title(report: Report) -> str:
    figures = report.figures
    return one_line(f"{SHAPES[figures.worst]} {verdict(figures)}")


def _status(report: Report) -> str:
    figures = report.figures
    again = " · sent again on request" if report.origin.replay else ""
    day, metric = f"{figures.day:%A %-d %B %Y}", figures.metric_said
    return f"Cost of {day} · {figures.status} · {metric} cost{again}"


def _facts(part: CurrencyFigures) -> Pairs:
    """Return the figures of a currency, each with its name; amounts as in the digest."""
    root = part.root
    estimate = root.month_end_estimate if root else None
    budget = root.budget if root else None
    against = [f"{each.said(part.total)} against {each.label}" for each in part.comparisons]
    named: list[tuple[str, str | None]] = [
        ("Day", "; ".join([f"{cents(part.total)} {part.currency}", *against])),
        ("Month to date", f"{cents(part.month_to_date)} {part.currency}"),
        ("Month-end estimate", cents(estimate) if estimate is not None else None),
        ("Budget", cents(budget) if budget is not None else None),
    ]
    return [(name, text) for name, text in named if text is not None]


def _troubles(report: Report) -> list[str]:
    troubled = report.figures.in_trouble
    lines = [
        one_line(
            f"{SHAPES[line.outlook.light]} {line.outlook.light.capitalize()}: "
            f"{short(line.outlook.ou)}: {line.outlook.reason}"
        )
        for line in troubled[:MOST_OUS]
    ]
    left = len(troubled) - MOST_OUS
    return [*lines, *([f"and {left} more"] if left > 0 else [])]


def _run(report: Report) -> str:
    return f"Daybook run {report.origin.run}; the mailed digest has everything."
