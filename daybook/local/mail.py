"""The local mail box: an SMTP server that the embedded SES relays to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP

MAX_BYTES = 40 * 1024 * 1024


@dataclass
class Mailbox:
    """Keeps every message as it arrived."""

    messages: list[bytes] = field(default_factory=list)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a message (the name is aiosmtpd's)."""
        self.messages.append(bytes(envelope.content))
        self._arrived.set()
        return "250 OK"

    async def arrivals(self) -> AsyncIterator[tuple[int, bytes]]:
        """Yield every message with its number, from the first on, as they arrive."""
        told = 0
        while True:
            for message in self.messages[told:]:
                told += 1
                yield told, message
            self._arrived.clear()
            await self._arrived.wait()

    async def find(self, header: bytes, *, within: float) -> bytes:
        """Wait for a message that has this header line; raise TimeoutError after `within` s."""
        async with asyncio.timeout(within):
            while True:
                for message in self.messages:
                    if header in message.partition(b"\r\n\r\n")[0]:
                        return message
                self._arrived.clear()
                await self._arrived.wait()


@asynccontextmanager
async def mailbox() -> AsyncIterator[tuple[Mailbox, int]]:
    """Listen on a free port of 127.0.0.1; yields the mail box and the port."""
    box = Mailbox()
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(box, data_size_limit=MAX_BYTES, enable_SMTPUTF8=True),
        host="127.0.0.1",
        port=0,
    )
    try:
        yield box, server.sockets[0].getsockname()[1]
    finally:
        server.close()
