"""Leases on a message that is in hand."""

import asyncio

from shared.lease import Lease
from shared.memory import MemoryInbox
from shared.ports import Message


def message_in_hand(inbox: MemoryInbox, *, body: str = "", receives: int = 1) -> Message:
    """Return a message that `inbox` has handed out."""
    message = Message("message-0", body, f"message-0/{receives}", receives)
    inbox.taken[message.handle] = message
    return message


def new_lease(
    visibility: int = 60, *, receives: int = 1, stopping: asyncio.Event | None = None
) -> Lease:
    """Return a lease that can be extended; `stopping` as its worker would set it."""
    inbox = MemoryInbox()
    return Lease(inbox, message_in_hand(inbox, receives=receives), visibility, stopping)
