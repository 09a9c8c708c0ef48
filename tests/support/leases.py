"""A lease to work under, without a queue behind it."""

from shared.lease import Lease
from shared.memory import MemoryInbox
from tests.support.looped import Loop


def held_lease(loop: Loop, *, visibility: int = 30) -> Lease:
    """Return the lease of a message that nobody takes away."""
    inbox = MemoryInbox()
    inbox.send("{}")

    async def received() -> Lease:
        message = await inbox.receive()
        assert message
        return Lease(inbox, message, visibility)  # a lease reads its loop's clock

    return loop(received())
