"""Every figure is the same number wherever it is told: mail, CSV, PDF, page, chat."""

import csv
import io
import json
import re
from decimal import Decimal
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import Page

from services.notifier.channels.chat import chat_envelope
from services.notifier.dashboard.page import page
from services.notifier.executive.document import executive_pdf
from services.notifier.mails import digest_envelope
from services.notifier.report.charges import Charges
from services.notifier.report.look import NONE
from shared.config_people import Chat, Digest
from shared.money import cents, exact_sum
from tests.support.boards import GIVEN_BACK, Opened, board_of, month_of_rows, opened
from tests.support.readers import Pdf
from tests.support.reports import composed
from tests.support.units.events import NOON

DIGEST = Digest(sender="daybook@example.com", recipients=("finops@example.com",))
AMOUNT = re.compile(r"(?<![\d.,-])−?\d{1,3}(?:,\d{3})*\.\d\d(?!\d|[.,]\d)")
TABLES = month_of_rows(more=GIVEN_BACK)
MADE = composed(TABLES)
CHATS = [
    Chat.model_validate({"name": "c", "format": kind, "webhook": "env:DAYBOOK_WEBHOOK_C"})
    for kind in ("slack", "teams")
]


def amounts(text: str) -> set[str]:
    return set(AMOUNT.findall(text))


def mail() -> EmailMessage:
    message = message_from_bytes(digest_envelope(MADE, DIGEST, NOON).message, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def content(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body
    return str(body.get_content())


def words(html: str) -> str:
    """Return a page's text, with what stands in different elements apart."""
    return unescape(re.sub(r"<[^>]+>", " ", html.partition("</style>")[2]))


def figures() -> dict[str, str]:
    """Return what every form must say, by name."""
    (part,) = MADE.report.figures.currencies
    assert part.root
    assert part.root.month_end_estimate
    told = {
        "day": part.total,
        "month to date": part.month_to_date,
        "estimate": part.root.month_end_estimate,
    }
    return {name: cents(amount) for name, amount in told.items()}


def by_ou() -> dict[str, set[str]]:
    """Return what every form with a table of OUs must say."""
    (part,) = MADE.report.figures.currencies
    return {
        line.name: {
            cents(amount)
            for amount in (
                line.outlook.month_to_date,
                line.outlook.budget,
                line.outlook.month_end_estimate,
            )
            if amount is not None
        }
        for line in part.ous
    }


def off(each: Charges) -> Decimal | None:
    """Return how much discounts took off."""
    return None if each.discounts is None else -each.discounts


def given_back() -> dict[str, list[str]]:
    """Return day's and month's gross, discounts, credits, refunds and net, of all and by OU."""
    (part,) = MADE.report.figures.currencies
    told = {"All": (part.charges, part.month_charges)}
    told |= {line.name: (line.charges, line.month_charges) for line in part.ous if line.gave_back}
    return {
        name: [
            NONE if amount is None else cents(amount)
            for each in both
            if each
            for amount in (each.gross, off(each), each.credits, each.refunds, each.net)
        ]
        for name, both in told.items()
    }


@pytest.fixture(scope="module")
def shown(window: Page, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    file = tmp_path_factory.mktemp("same") / "dashboard.html"
    file.write_bytes(page(board_of(TABLES)))
    board = opened(window, file)
    board.go()
    return board


@pytest.fixture(scope="module")
def pdf(tmp_path_factory: pytest.TempPathFactory) -> Pdf:
    body = executive_pdf(MADE.report, board_of(TABLES))
    return Pdf.of(body, Path(tmp_path_factory.mktemp("pdf")))


def test_the_mail_says_the_same_in_html_and_in_text_and_its_csv_adds_up_to_it() -> None:
    message = mail()
    html, text = words(content(message, "html")), content(message, "plain")

    everywhere = set(figures().values()) | {a for each in by_ou().values() for a in each}
    everywhere |= {a for each in given_back().values() for a in each if a != NONE}
    assert everywhere <= amounts(html)
    assert everywhere <= amounts(text)
    assert amounts(text) <= amounts(html) | amounts(message["Subject"])
    assert figures()["day"] in message["Subject"]
    (attached,) = message.iter_attachments()
    rows = csv.DictReader(io.StringIO(attached.get_content(), newline=""))
    total = exact_sum(Decimal(row["AmortizedCost"]) for row in rows)
    assert cents(total) == figures()["day"]


def test_the_pdf_says_what_the_mail_says(pdf: Pdf) -> None:
    text = pdf.text()

    assert set(figures().values()) <= amounts(text)
    for ou, told in by_ou().items():
        assert told <= amounts(text), ou
    for ou, charged in given_back().items():
        assert {amount for amount in charged if amount != NONE} <= amounts(text), ou
    said_elsewhere = amounts(words(content(mail(), "html")))
    assert amounts(text) <= said_elsewhere


def test_the_page_says_what_the_mail_says(shown: Opened) -> None:
    on_page = set(shown.figures().values())

    assert set(figures().values()) <= on_page
    for name, *cells in shown.rows("Organizational units"):
        assert by_ou()[name] <= set(cells), name


def test_the_page_says_gross_credits_and_net_of_each_ou_as_the_mail_does(shown: Opened) -> None:
    assert {name: cells for name, *cells in shown.rows("Gross, credits and net")} == given_back()


@pytest.mark.parametrize("chat", CHATS, ids=lambda chat: str(chat.format))
def test_the_channel_says_what_the_mail_says(chat: Chat) -> None:
    said = amounts(json.dumps(json.loads(chat_envelope(MADE.report, chat).message)))

    assert set(figures().values()) <= said
    assert said <= amounts(words(content(mail(), "html")))
