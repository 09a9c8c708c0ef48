"""Fetches the mails that LocalStack has kept: it sends none."""

from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import aiohttp

from shared.errors import InputError

PLACE = "/_aws/ses"
"""LocalStack, user guide of SES: "Retrieve sent emails"."""


@dataclass(frozen=True)
class KeptMail:
    """A message as SES took it, or as SNS would have sent it to an e-mail subscriber."""

    raw: bytes | None
    subject: str
    body: str

    @property
    def html(self) -> str | None:
        """The HTML part of a message that was handed over whole."""
        if self.raw is None:
            return None
        part = message_from_bytes(self.raw, policy=default).get_body(("html",))
        return part.get_content() if part else None


async def kept_mails(endpoint: str) -> list[KeptMail]:
    """Return all of them, oldest first; raise InputError when the endpoint keeps none there."""
    url = endpoint.rstrip("/") + PLACE
    try:
        limit = aiohttp.ClientTimeout(total=20)
        async with aiohttp.ClientSession(timeout=limit) as session, session.get(url) as answer:
            answer.raise_for_status()
            told = await answer.json()
    except (aiohttp.ClientError, TimeoutError) as error:
        raise InputError(url, f"gives no mails: {error}", "Only LocalStack keeps them") from None
    return [kept(message) for message in told["messages"]]


def kept(message: Mapping[str, object]) -> KeptMail:
    """Return a message of the list that LocalStack gives."""
    if raw := message.get("RawData"):
        data = str(raw).encode()
        subject = str(message_from_bytes(data, policy=default)["Subject"])
        return KeptMail(data, subject, "")
    body = message.get("Body")
    text = body.get("text_part") if isinstance(body, dict) else body
    return KeptMail(None, str(message.get("Subject")), str(text or ""))


def write_mails(mails: list[KeptMail], folder: Path) -> list[Path]:
    """Write messages as `mail-NNN.eml`, their HTML beside them, and what SNS told as text."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for number, mail in enumerate(mails, 1):
        stem = folder / f"mail-{number:03d}"
        parts = {".eml": mail.raw, ".html": mail.html and mail.html.encode()}
        if mail.raw is None:
            parts[".txt"] = f"{mail.subject}\n\n{mail.body}\n".encode()
        for suffix, content in parts.items():
            if content:
                path = stem.with_suffix(suffix)
                path.write_bytes(content)
                written.append(path)
    return written
