"""A digest's headers: whatever a name holds, there is no second header and no other recipient."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import compat32, default

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.notifier.mail.message import build_message
from services.notifier.mail.render import render
from services.notifier.report.figures import figures
from services.notifier.report.origin import Origin
from services.notifier.report.report import Report
from services.notifier.report.verdict import SUBJECT_NAME
from shared.config_people import Digest
from tests.support.units.aio import in_loop
from tests.support.units.events import cataloged
from tests.support.units.mail import outlook
from tests.support.units.notifier import DIGEST, Notifier
from tests.support.units.rows import DAY, archived_table, row

ORIGIN = Origin("run-1", "20260317T060000.000000Z/execution", replay=False)
HEADERS = [
    "Subject", "From", "To", "Date", "X-Daybook-Run", "X-Daybook-Day", "Auto-Submitted",
    "MIME-Version", "Content-Type",
]  # fmt: skip
BREAKS = [
    "\r\n",
    "\n",
    "\r",
    "\n\n",
    "\r\n\r\n",
    "\x0b",
    "\x0c",
    "\x1c",
    "\x85",
    "\u2028",
    "\u2029",
]
SMUGGLED = ["Bcc: x@example.com", "Subject: y", " folded", "\tfolded", "<script>"]
PAYLOADS = [f"a{line}{rest}" for line in BREAKS for rest in SMUGGLED]
ANY_NAME = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
ODD = st.sampled_from([*' ,:;()<>[]@\\"`?é\0', *BREAKS, "=?utf-8?q?=0d=0a?="])
USUAL = st.text("ab0.-_+=%'!#$&*/^{|}~", max_size=6)
NEARLY = st.one_of(USUAL, st.tuples(USUAL, ODD, USUAL).map("".join))


def mail_about(name: str, currency: str = "USD") -> bytes:
    table = archived_table(row(Currency=currency))
    outlooks = [outlook(f"Root/{name}", "red", currency=currency)]
    told = figures(DAY, {DAY: table}, outlooks, "amortized", complete=True)
    return sent(render(Report(told, ORIGIN)).subject, DIGEST)


def sent(subject: str, digest: Digest) -> bytes:
    table = archived_table(row())
    rendered = render(Report(figures(DAY, {DAY: table}, [], "amortized", complete=True), ORIGIN))
    return build_message(
        digest,
        type(rendered)(subject, "<p>total</p>", "total"),
        (),
        day=DAY,
        origin=ORIGIN,
        now=datetime(2026, 3, 17, 7, 5, tzinfo=UTC),
    ).message


def headers_of(message: bytes) -> list[str]:
    parsed: Message = message_from_bytes(message, policy=compat32)
    return parsed.keys()


def parsed(message: bytes) -> EmailMessage:
    found = message_from_bytes(message, policy=default)
    assert isinstance(found, EmailMessage)
    return found


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_name_with_line_ends_makes_no_header(name: str) -> None:
    assert headers_of(mail_about(name)) == HEADERS


@given(ANY_NAME, ANY_NAME)
@example("x" * 10_000, "USD")
@example("é🚀" * 200, "USD")
def test_no_name_and_no_currency_makes_a_header(name: str, currency: str) -> None:
    message = mail_about(name, currency)

    assert headers_of(message) == HEADERS
    assert parsed(message)["To"] == "finops@example.com"
    assert all(len(line) < 998 for line in message.partition(b"\r\n\r\n")[0].split(b"\r\n"))


def test_a_long_name_is_cut_in_the_subject() -> None:
    subject = str(parsed(mail_about("x" * 10_000))["Subject"])

    assert f"{'x' * (SUBJECT_NAME - 1)}…]" in subject


@pytest.mark.parametrize("address", [f"{payload}@example.com" for payload in PAYLOADS])
def test_an_address_with_line_ends_is_refused(address: str) -> None:
    for wrong in (address, f"a@example.com{address[1:-12]}"):
        with pytest.raises(ValidationError):
            Digest(sender=wrong, recipients=("a@example.com",))
        with pytest.raises(ValidationError):
            Digest(sender="a@example.com", recipients=(wrong,))


@given(NEARLY, NEARLY)
@example("bounce+a=b.example", "mail.example.com")
@example("o'neil", "example.com")
def test_an_address_is_refused_or_is_the_one_in_the_header(local: str, host: str) -> None:
    address = f"{local}@{host}"
    try:
        digest = Digest(sender=address, recipients=("x@example.com", address))
    except ValidationError:
        return  # nothing is sent
    message = sent("subject", digest)

    assert headers_of(message) == HEADERS
    assert [a.addr_spec for a in parsed(message)["From"].addresses] == [address]
    assert [a.addr_spec for a in parsed(message)["To"].addresses] == ["x@example.com", address]


@in_loop
async def test_an_event_does_not_choose_the_recipients() -> None:
    notifier = Notifier()
    event = await cataloged(
        notifier.store, {DAY: [row()]}, recipients=["x@evil.example"], sender="x@evil.example"
    )

    await notifier.hear(event)

    ((envelope, _),) = notifier.post.sent
    assert (envelope.sender, envelope.recipients) == (DIGEST.sender, DIGEST.recipients)
    assert b"evil" not in envelope.message
