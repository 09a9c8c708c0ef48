"""Hands a digest to SES under a claim: claim, send, record, and never twice."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from services.notifier.mail.message import Envelope
from services.notifier.sending.claim import Claim, Claims, ClaimState
from services.notifier.sending.post import MaybeSent, NotSent, Post
from shared.digest_claim import Told, how_to_settle
from shared.errors import LeaseLost, Reject, Retry, Stopping
from shared.lease import Lease
from shared.ledger import Entry, Ledger
from shared.locations import digest_claim_key
from shared.ports import AlarmBell

IN_FLIGHT = timedelta(seconds=120)
"""How long a claim may be somebody's work in progress before it counts as in doubt."""
log = structlog.get_logger()


@dataclass(frozen=True)
class Delivery:
    """Sends digests; the ledger remembers which."""

    ledger: Ledger
    post: Post
    bell: AlarmBell
    now: Callable[[], datetime]
    lease: Lease

    async def send_once(self, name: str, run: str, envelope: Envelope, told: Told) -> str | None:
        """Send and return the message id; None when another run has sent it, or nobody knows.

        The claim keeps what the mail tells. A run that comes back after it has sent gets the same
        message id again. Raises Retry when SES may take the digest later, Reject when it never
        will, Stopping when the worker was told to stop before the digest was handed over, LeaseLost
        when the message may be another worker's by then.
        """
        claims = Claims(self.ledger)
        await self.lease.extend()  # only who may still work on it claims the digest
        self.lease.refuse_when_ending()
        taken, entry = await claims.take(
            digest_claim_key(name), run, self.now(), told, envelope.recipients
        )
        if not taken:
            return await self._found(claims, name, entry, run)
        try:
            self._require_time(entry)
        except (LeaseLost, Retry, Stopping) as late:
            await self._settle(claims, name, entry, ClaimState.FREE, str(late))
            raise
        try:
            message_id = await self.post.send(envelope, name)
        except NotSent as error:
            await self._settle(claims, name, entry, ClaimState.FREE, str(error))
            if error.later:
                raise Retry(f"SES: {error}", after=300) from error
            raise Reject(f"SES refuses the digest: {error}") from error
        except MaybeSent as error:
            await self._doubt(claims, name, entry, str(error))
            return None
        sent = entry.doc.settled(ClaimState.SENT, self.now(), message_id=message_id)
        await claims.settle(digest_claim_key(name), entry, sent)
        return message_id

    async def look_after(self, name: str, run: str) -> None:
        """Ring about a claim that was left behind, when nothing is to be sent any more.

        Raises Retry while another worker may still be sending.
        """
        entry = await self.ledger.read(digest_claim_key(name), Claim)
        if entry and entry.doc.state is ClaimState.CLAIMED:
            await self._found(Claims(self.ledger), name, entry, run)

    def _require_time(self, entry: Entry[Claim]) -> None:
        """Refuse to send when another worker may soon take the claim for abandoned.

        It may be old by now, or nobody may be there to record what came of it.
        """
        if self.now() - entry.doc.at > IN_FLIGHT / 2:
            raise Retry("held up between claim and send", after=1)
        self.lease.refuse_when_ending()

    async def _found(self, claims: Claims, name: str, entry: Entry[Claim], run: str) -> str | None:
        """Decide about a digest that was claimed before."""
        claim = entry.doc
        if claim.state is ClaimState.SENT:
            log.info("digest-already-sent", by=claim.run)
            return claim.message_id if claim.run == run else None
        if claim.state is ClaimState.FREE:
            raise Retry("another worker has just given the digest back", after=60)
        if claim.state is ClaimState.CLAIMED:
            left = (claim.at + IN_FLIGHT - self.now()).total_seconds()
            if left > 0:
                raise Retry("the digest is being sent by another worker", after=int(left) + 1)
            reason = "the worker that claimed it never recorded it"
            await self._doubt(claims, name, entry, reason)
        return None

    async def _doubt(self, claims: Claims, name: str, entry: Entry[Claim], reason: str) -> None:
        """Ring first, then record: a second alarm is noise, a lost one is silence."""
        await self.bell.ring(
            "Daybook: nobody knows whether a digest was sent",
            f"{name}: {reason}. SES's own events may settle it. If not, look in a recipient's "
            f"mail box, or in the channel, then run {how_to_settle(name)}. "
            "docs/runbook.md: nobody knows whether a digest was sent.",
        )
        await self._settle(claims, name, entry, ClaimState.UNKNOWN, reason)

    async def _settle(
        self, claims: Claims, name: str, entry: Entry[Claim], state: ClaimState, reason: str
    ) -> None:
        settled = entry.doc.settled(state, self.now(), reason=reason)
        await claims.settle(digest_claim_key(name), entry, settled)
