"""Takes in what SES says became of a digest: settles doubts, rings when it did not arrive."""

from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from services.notifier.sending.claim import Claim, ClaimState
from shared.digest_claim import how_to_send_again
from shared.errors import Retry
from shared.events import MailData
from shared.ledger import Ledger
from shared.locations import digest_claim_key
from shared.ports import AlarmBell, ObjectStore

ACCEPTED = {"Send", "Delivery", "DeliveryDelay", "Bounce", "Complaint", "Open", "Click"}
"""Events that prove that SES took the message."""
TROUBLE = {"Bounce", "Complaint", "Reject", "Rendering Failure"}
TRIES = 4
log = structlog.get_logger()


@dataclass(frozen=True)
class MailReports:
    """Handles SES's events about digests."""

    store: ObjectStore
    bell: AlarmBell

    async def take(self, report: MailData) -> None:
        """Settle the claim of the message, and ring when it did not reach its recipients."""
        if report.kind in ACCEPTED:
            await self._sent(report)
        if report.kind in TROUBLE:
            await self.bell.ring(
                f"Daybook: a digest met with {report.kind} {report.detail}".strip(),
                f"SES reports {report.kind} {report.detail} for message {report.message_id}, "
                f"digest {report.claim}. Look at the recipients in daybook.yaml and at the SES "
                f"suppression list. {how_to_send_again(report.claim)}. "
                "docs/runbook.md: a digest met with Bounce, Complaint or Reject.",
            )

    async def _sent(self, report: MailData) -> None:
        """Mark a claim as sent that is in doubt, or whose sender has not recorded it yet.

        The sender may be recording its doubt at this moment: who loses to it looks again. Raises
        Retry when the record does not come to rest.
        """
        key = digest_claim_key(report.claim)
        ledger = Ledger(self.store)
        for _ in range(TRIES):
            entry = await ledger.read(key, Claim)
            if entry is None or entry.doc.state not in (ClaimState.CLAIMED, ClaimState.UNKNOWN):
                return
            sent = entry.doc.settled(
                ClaimState.SENT,
                datetime.now(UTC),
                message_id=report.message_id,
                reason=f"SES reported {report.kind}",
            )
            if await ledger.replace(key, entry, sent):
                log.info("digest-settled", claim=report.claim, by=report.kind)
                return
        raise Retry(f"the record of {report.claim} is being written by others", after=30)
