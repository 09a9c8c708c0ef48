"""The mail port: it sends once, and says for certain or for doubt how it went."""

from typing import Protocol

from services.notifier.mail.message import Envelope


class NotSent(Exception):  # noqa: N818 - a certainty, not a fault of ours
    """SES certainly did not take the message; `later` when it may take it on another try."""

    def __init__(self, reason: str, *, later: bool) -> None:
        """Keep SES's reason."""
        super().__init__(reason)
        self.later = later


class MaybeSent(Exception):  # noqa: N818 - a doubt, not a fault of ours
    """SES may have taken the message: the answer was lost or was a server error."""


class Post(Protocol):
    """Sends mail."""

    async def send(self, envelope: Envelope, claim: str) -> str:
        """Send once; return the message id or raise NotSent or MaybeSent."""
