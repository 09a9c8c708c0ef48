"""Posts to a channel's incoming webhook, once per call; says for certain or for doubt how it went.

A webhook has no idempotency key and no events that tell later what became of a post: what it
answered is all that anybody ever knows. Its URL is the secret: it is never logged.
"""

import asyncio
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp

from services.notifier.mail.message import Envelope
from services.notifier.sending.post import MaybeSent, NotSent
from shared.config_people import Chat
from shared.errors import InputError

SECONDS = 15
"""How long an answer is waited for; a claim counts as in doubt only long after (delivery.py)."""
BUSY = 429
REDIRECTED, FAULT = 300, 500
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Webhooks:
    """The channels' URLs by name."""

    urls: Mapping[str, str]

    @classmethod
    def of(cls, chat: Sequence[Chat], environment: Mapping[str, str] = os.environ) -> "Webhooks":
        """Look the secrets up; raises InputError for one that is missing or is no https URL."""
        return cls({each.name: _url(each, environment) for each in chat})

    async def send(self, envelope: Envelope, claim: str) -> str:
        """Post and return what stands for a message id; raise NotSent or MaybeSent otherwise."""
        (channel,) = envelope.recipients
        try:
            status = await self._post(self.urls[channel], envelope.message)
        except (aiohttp.ClientConnectorError, socket.gaierror) as error:
            # Never connected, so nothing was said; the error's text would have the host.
            raise NotSent(f"no connection ({type(error).__name__})", later=True) from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise MaybeSent(f"no answer ({type(error).__name__})") from None
        if status >= FAULT:
            raise MaybeSent(f"the webhook answered {status}")
        if status >= REDIRECTED:
            raise NotSent(f"the webhook answered {status}", later=status == BUSY)
        return f"{claim}-{status}"

    async def _post(self, url: str, body: bytes) -> int:
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        headers = {"Content-Type": "application/json"}
        async with (
            asyncio.timeout(SECONDS),
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(url, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            return answer.status


def _url(chat: Chat, environment: Mapping[str, str]) -> str:
    variable = chat.webhook.removeprefix("env:")
    where = f"chat.{chat.name}"
    url = environment.get(variable)
    if not url:
        remedy = f"Set {variable} in the notifier's environment, from the secret"
        raise InputError("daybook.yaml", f"{variable} is not set", remedy, where=where)
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise InputError("daybook.yaml", f"{variable} is no https URL", "Mend it", where=where)
    return url
