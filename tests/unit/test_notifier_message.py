"""The digest as a MIME message."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from services.notifier.mail.message import LIMIT, Attachment, Envelope, build_message
from services.notifier.mail.render import Rendered
from services.notifier.report.origin import Origin
from shared.config_people import Digest
from tests.support.units.rows import DAY

DIGEST = Digest(sender="daybook@example.com", recipients=("a@example.com", "b@example.com"))


def built(subject: str = "S", csv: bytes | None = b"a,b\r\n", run: str = "run-1") -> Envelope:
    return build_message(
        DIGEST,
        Rendered(subject, "<p>total</p>", "total"),
        () if csv is None else (Attachment(f"ou-breakdown-{DAY}.csv", "text/csv", csv),),
        day=DAY,
        origin=Origin(run, "v1", replay=False),
        now=datetime(2026, 3, 17, 7, 5, tzinfo=UTC),
    )


def parsed(envelope: Envelope) -> EmailMessage:
    message = message_from_bytes(envelope.message, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_the_headers_tell_run_and_day() -> None:
    message = parsed(built())

    assert message["X-Daybook-Run"] == "run-1"
    assert message["X-Daybook-Day"] == "2026-03-16"
    assert message["To"] == "a@example.com, b@example.com"
    assert message["Date"] == "Tue, 17 Mar 2026 07:05:00 +0000"


def test_there_is_a_text_an_html_part_and_the_csv() -> None:
    message = parsed(built(csv="Service\r\nCafé\r\n".encode()))

    kinds = [part.get_content_type() for part in message.walk() if not part.is_multipart()]
    (attached,) = message.iter_attachments()
    assert kinds == ["text/plain", "text/html", "text/csv"]
    assert attached.get_filename() == "ou-breakdown-2026-03-16.csv"
    assert attached.get_payload(decode=True) == "Service\r\nCafé\r\n".encode()


def test_a_subject_beyond_ascii_survives() -> None:
    assert parsed(built("[red: Büro ■] 1.00 USD"))["Subject"] == "[red: Büro ■] 1.00 USD"


def test_a_run_id_cannot_smuggle_in_a_header() -> None:
    with pytest.raises(ValueError, match="linefeed or carriage return"):
        built(run="x\r\nBcc: everybody@example.com")


def test_a_message_larger_than_ses_takes_is_refused() -> None:
    with pytest.raises(ValueError, match=str(LIMIT)):
        built(csv=b"x" * LIMIT)


def test_without_a_csv_there_is_no_attachment() -> None:
    assert list(parsed(built(csv=None)).iter_attachments()) == []
