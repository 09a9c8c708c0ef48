"""A short note as the channels of Slack and Teams take it.

Sources: Slack, "Reference: Blocks" and "Formatting text for app surfaces" (`&`, `<`, `>` escaped);
Microsoft, "Adaptive Cards schema" 1.4 and "Create incoming webhooks with Workflows".
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.notifier.mail.message import Envelope
from services.notifier.mail.render import one_line
from shared.config_people import Chat

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Note:
    """What a channel is told: every text on one line. `facts`: figures with names, by currency."""

    title: str
    status: str
    facts: tuple[Pairs, ...]
    lines: tuple[str, ...]
    last: str


def envelope_of(note: Note, chat: Chat) -> Envelope:
    """Return what goes to a channel; its recipient is the channel's name."""
    write = _slack if chat.format == "slack" else _teams
    body = json.dumps(write(_in_lines(note)), ensure_ascii=False, separators=(",", ":")).encode()
    return Envelope(chat.format, (chat.name,), body)


def _in_lines(note: Note) -> Note:
    return Note(
        one_line(note.title),
        one_line(note.status),
        tuple([(one_line(name), one_line(text)) for name, text in part] for part in note.facts),
        tuple(one_line(line) for line in note.lines),
        one_line(note.last),
    )


def _slack(note: Note) -> dict[str, Any]:
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": note.title[:150]}},
        _context(_escaped(note.status)),
    ]
    for part in note.facts:
        fields = [_mrkdwn(f"*{_escaped(name)}*\n{_escaped(text)}") for name, text in part]
        blocks.append({"type": "section", "fields": fields})
    if note.lines:
        text = "\n".join(_escaped(line) for line in note.lines)
        blocks.append({"type": "section", "text": _mrkdwn(text[:3000])})
    # What a notification shows, and what a client shows that knows no blocks.
    return {"text": _escaped(note.title), "blocks": [*blocks, _context(_escaped(note.last))]}


def _mrkdwn(text: str) -> dict[str, str]:
    return {"type": "mrkdwn", "text": text}


def _context(text: str) -> dict[str, Any]:
    return {"type": "context", "elements": [_mrkdwn(text)]}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _teams(note: Note) -> dict[str, Any]:
    card = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.4",
        "body": [
            _text(note.title, size="Large", weight="Bolder"),
            _text(note.status, isSubtle=True),
            *(_fact_set(part) for part in note.facts),
            *(_text(line) for line in note.lines),
            _text(note.last, isSubtle=True, size="Small"),
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
