"""A mail as a MIME message: text and HTML, with its files attached."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from services.notifier.mail.render import Rendered
from services.notifier.report.origin import Origin
from shared.config_people import Digest

LIMIT = 10 * 1024 * 1024
"""Bytes of a message after encoding (Amazon SES quotas, SendRawEmail)."""
ATTACHED = 5 * 1024 * 1024
"""Bytes of a CSV that is still attached: base64 makes a third more of it."""


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail; `kind` is its media type."""

    name: str
    kind: str
    body: bytes


@dataclass(frozen=True)
class Envelope:
    """What goes out, and from whom to whom."""

    sender: str
    recipients: tuple[str, ...]
    message: bytes


def build_message(
    digest: Digest,
    rendered: Rendered,
    files: Sequence[Attachment],
    *,
    day: date,
    origin: Origin,
    now: datetime,
) -> Envelope:
    """Put the message together, with its files.

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
    for file in files:
        kind, _, subtype = file.kind.partition("/")
        charset = {"charset": "utf-8"} if kind == "text" else None
        message.add_attachment(
            file.body, maintype=kind, subtype=subtype, filename=file.name, params=charset
        )
    body = message.as_bytes()
    if len(body) > LIMIT:
        raise ValueError(f"the digest has {len(body)} bytes; SES takes {LIMIT}")
    return Envelope(digest.sender, digest.recipients, body)
