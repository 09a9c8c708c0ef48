"""The claim on a digest: taken before sending, settled after, never forgotten.

SES has no idempotency token, so "never twice, never silently zero" rests on this record: it is
created with a conditional PUT before the call, and whatever ends in doubt is rung on the alarm
topic first and then marked UNKNOWN.
"""

import asyncio
import hashlib
import uuid
from collections.abc import Sequence
from datetime import date, datetime

import structlog

from shared.digest_claim import DAILY, DELAYED, Claim, ClaimState, Told, first_claim
from shared.errors import Conflict
from shared.ledger import Entry, Ledger

__all__ = [  # all about claims
    "DAILY",
    "DELAYED",
    "PAUSES",
    "Claim",
    "ClaimState",
    "Claims",
    "claim_name",
    "first_claim",
]
PAUSES = (0.1, 0.3, 1.0)
"""Seconds between the tries to record a digest's state."""
log = structlog.get_logger()


class Claims:
    """Takes and settles claims."""

    def __init__(self, ledger: Ledger) -> None:
        """Keep the ledger."""
        self._ledger = ledger

    async def take(
        self,
        key: str,
        run: str,
        now: datetime,
        told: Told | None = None,
        recipients: Sequence[str] = (),
    ) -> tuple[bool, Entry[Claim]]:
        """Claim a digest that tells `told`; returns whether it is ours, and the record in force."""
        ours = Claim(
            state=ClaimState.CLAIMED,
            run=run,
            owner=str(uuid.uuid4()),
            at=now,
            recipients=tuple(recipients),
            told=told,
            claimed_at=now,
        )
        if entry := await self._ledger.create(key, ours):
            return True, entry
        entry = await self._read(key)
        if entry.doc.state is ClaimState.FREE:
            if taken := await self._ledger.replace(key, entry, ours):
                return True, taken
            entry = await self._read(key)
        # A write whose answer was lost meets itself when the SDK asks again: the record decides.
        return entry.doc == ours, entry

    async def settle(self, key: str, entry: Entry[Claim], claim: Claim) -> None:
        """Record how it went, trying again where S3 fails: what is not recorded ends in doubt.

        Raises Conflict when somebody else has settled it otherwise meanwhile.
        """
        for pause in PAUSES:
            try:
                return await self._settle(key, entry, claim)
            except Conflict:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, the record is worth a try
                log.warning("settle-failed", key=key, error=repr(error))
                await asyncio.sleep(pause)
        return await self._settle(key, entry, claim)

    async def _settle(self, key: str, entry: Entry[Claim], claim: Claim) -> None:
        if await self._ledger.replace(key, entry, claim):
            return
        now = await self._read(key)
        if (now.doc.owner, now.doc.state) == (claim.owner, claim.state):
            return
        if not _knows_better(claim, now.doc):
            raise Conflict(key)
        await self._settle(key, now, claim)

    async def _read(self, key: str) -> Entry[Claim]:
        entry = await self._ledger.read(key, Claim)
        if entry is None:
            raise Conflict(key)
        return entry


def _knows_better(claim: Claim, now: Claim) -> bool:
    """Say whether a doubt is about what its sender knows: another took the claim for abandoned."""
    own = claim.owner == now.owner
    return own and now.state is ClaimState.UNKNOWN and claim.state is ClaimState.SENT


def claim_name(day: date, kind: str, recipients: Sequence[str]) -> str:
    """Return the name of a digest: its day, its kind, and a short form of its recipients.

    The recipients' order and case do not matter. The name is the ledger key's and the mail tag's.
    """
    listed = "\n".join(sorted(address.lower() for address in recipients))
    return f"{day}-{kind}-{hashlib.sha256(listed.encode()).hexdigest()[:12]}"
