"""Settles by hand a digest of which nobody knows whether it was sent."""

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime

from daybook.publish import operators_event, publish
from services.notifier.claim import Claim, ClaimState
from shared.aws import clients
from shared.errors import InputError
from shared.events import BackfillData, BackfillRequested
from shared.ledger import Entry, Ledger
from shared.locations import digest_claims_prefix
from shared.s3 import S3Store
from shared.topology import load_topology

BUCKET_VARIABLE = "DAYBOOK_ARCHIVE_BUCKET"


@dataclass(frozen=True)
class Doubt:
    """A digest in doubt: its ledger key and record."""

    key: str
    entry: Entry[Claim]


async def resolve(day: date, *, sent: bool, requested_by: str) -> list[str]:
    """Settle a day's digests in doubt; returns their ledger keys.

    `sent` records that they arrived; otherwise a backfill with a digest is asked for, once for
    the day. Raises InputError when no digest of the day is in doubt.
    """
    async with clients("s3") as (s3,):
        bucket = os.environ.get(BUCKET_VARIABLE, load_topology().archive_bucket.name)
        store = S3Store(s3, bucket)
        doubts = await _doubts(store, day)
        if not doubts:
            where = f"s3://{bucket}/{digest_claims_prefix(day)}"
            raise InputError(where, "no digest of the day is in doubt", "Look at the day again")
        if not sent:
            await _ask_again(day, requested_by)
        for doubt in doubts:
            await _settle(Ledger(store), doubt, sent=sent, requested_by=requested_by)
    return [doubt.key for doubt in doubts]


async def _doubts(store: S3Store, day: date) -> list[Doubt]:
    ledger = Ledger(store)
    found = []
    for item in await store.list(digest_claims_prefix(day)):
        entry = await ledger.read(item.key, Claim)
        if entry and entry.doc.state is ClaimState.UNKNOWN:
            found.append(Doubt(item.key, entry))
    return found


async def _ask_again(day: date, requested_by: str) -> None:
    wish = BackfillData(
        first_day=day,
        last_day=day,
        reason="the digest was in doubt and is sent again",
        requested_by=requested_by,
        notify=True,
    )
    await publish(operators_event(BackfillRequested, data=wish))


async def _settle(ledger: Ledger, doubt: Doubt, *, sent: bool, requested_by: str) -> None:
    """Record the decision; a lost race means that SES's own event has settled it meanwhile."""
    decided = doubt.entry.doc.model_copy(
        update={
            "state": ClaimState.SENT if sent else ClaimState.RESENT,
            "at": datetime.now(UTC),
            "reason": f"resolved by {requested_by}",
        }
    )
    await ledger.replace(doubt.key, doubt.entry, decided)
