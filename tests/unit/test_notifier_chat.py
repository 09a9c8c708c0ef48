"""What a channel is told beside the amounts: how much there is of what the mail tells in full."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.notifier.channels.chat import chat_envelope
from services.notifier.report.accounts import AccountNews
from services.notifier.report.restatements import (
    CurrencyRestatements,
    Movement,
    OuChange,
    Restatements,
    Span,
)
from shared.account_changes import AccountChange, AccountChanges
from shared.config_people import Chat
from tests.support.boards import DAY, month_of_rows
from tests.support.reports import anomaly, composed
from tests.support.units.rows import row

CHATS = [
    Chat.model_validate({"name": "c", "format": kind, "webhook": "env:DAYBOOK_WEBHOOK_C"})
    for kind in ("slack", "teams")
]
UNMAPPED = {"OU": "Unmapped", "OUPath": "Unmapped", "LinkedAccount": "999999999999"}


def texts(value: Any) -> list[str]:
    """Return every text of a post, a line each."""
    if isinstance(value, str):
        return value.split("\n")
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in parts for text in texts(part)]


def told(chat: Chat, **report: Any) -> list[str]:
    return texts(json.loads(chat_envelope(composed(**report).report, chat).message))


def span(days: int, up: str) -> Span:
    movement = Movement.of([Decimal(up)])
    first = DAY - timedelta(days=days)
    return Span(first, first, movement, (OuChange("Sandbox", movement),))


@pytest.mark.parametrize("chat", CHATS, ids=lambda chat: str(chat.format))
def test_lights_anomalies_restatements_and_accounts_are_counted(chat: Chat) -> None:
    account = AccountChange(account_id="1" * 12, name="new", ou="Sandbox", state="ACTIVE")
    changes = AccountChanges(day=DAY, source="s3://b/k", sha256="0" * 64, new=(account,) * 12)
    restated = Restatements(
        DAY - timedelta(days=1), (CurrencyRestatements("USD", (span(3, "1"), span(5, "2"))),), ()
    )

    said = told(
        chat,
        anomalies=[anomaly(), anomaly(id="a-2", found_on=DAY - timedelta(days=1))],
        news=AccountNews(changes, "s3://b/k"),
        restated=restated,
    )

    assert "Lights: 1 red, 1 green, 2 without a light." in said
    assert (
        "What stood out: 2 anomalies, 1 new; first +30.00 USD by AmazonS3 in "
        "shop (111111111111), Workloads/Prod."
    ) in said
    assert "Restated since the last digest (of Sun 15 Mar): 2 spans of days in USD." in said
    assert "Accounts: 12 new." in said


@pytest.mark.parametrize("chat", CHATS, ids=lambda chat: str(chat.format))
def test_calm_days_and_short_histories_are_told_as_in_the_mail(chat: Chat) -> None:
    assert "What stood out: Too little history to judge yet: 3 of 20 days." in told(
        chat, anomalies=[], history=3
    )
    assert not any(line.startswith("What stood out") for line in told(chat))
    assert not any(line.startswith("Restated") for line in told(chat))


def test_the_metric_is_in_words() -> None:
    report = composed().report
    net = replace(report, figures=replace(report.figures, metric="net_amortized"))

    said = texts(json.loads(chat_envelope(net, CHATS[0]).message))

    assert "Cost of Monday 16 March 2026 · complete day · net amortized cost" in said


def test_what_is_in_no_ou_is_named_beside_the_month_and_the_estimate() -> None:
    tables = month_of_rows(more=(row("400", **UNMAPPED),))

    said = told(CHATS[0], tables=tables)

    assert "8,092.49 USD; Root's 1,692.49 + 6,400.00 unmapped" in said
    assert any(
        line.endswith("(everything, forecast and run-rate; Root's 3,237.94)") for line in said
    )
