"""The digest as a MIME message: text and HTML, with the CSV attached."""

from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from services.notifier.render import Origin, Rendered
from shared.config import Digest

LIMIT = 10 * 1024 * 1024
"""Bytes of a message after encoding (Amazon SES quotas, SendRawEmail)."""
ATTACHED = 5 * 1024 * 1024
"""Bytes of a CSV that is still attached: base64 makes a third more of it."""


@dataclass(frozen=True)
class Envelope:
    """What goes out, and from whom to whom."""

    sender: str
    recipients: tuple[str, ...]
    message: bytes


def build_message(
    digest: Digest,
    rendered: Rendered,
    csv: bytes | None,
    *,
    day: date,
    origin: Origin,
    now: datetime,
) -> Envelope:
    """Put the message together, with the CSV unless it is None.

    Raises ValueError when the message is larger than SES takes.
    """
    message = EmailMessage(policy=SMTP)
    message["Subject"] = rendered.subject
    message["From"] = digest.sender
    message["To"] = ", ".join(digest.recipients)
    message["Date"] = format_datetime(now)
    message["X-Daybook-Run"] = origin.run
    message["X-Daybook-Day"] = day.isoformat()
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(rendered.text)
    message.add_alternative(rendered.html, subtype="html")
    if csv is not None:
        message.add_attachment(
            csv,
            maintype="text",
            subtype="csv",
            filename=f"ou-breakdown-{day}.csv",
            params={"charset": "utf-8"},
        )
    body = message.as_bytes()
    if len(body) > LIMIT:
        raise ValueError(f"the digest has {len(body)} bytes; SES takes {LIMIT}")
    return Envelope(digest.sender, digest.recipients, body)
