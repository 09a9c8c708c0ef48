"""Settles by hand a digest of which nobody knows whether it was sent."""

import os
from datetime import UTC, date, datetime

from daybook.publish import operators_event, publish
from services.notifier.claim import Claim, ClaimState
from shared.aws import clients
from shared.errors import InputError
from shared.events import BackfillData, BackfillRequested, derive_id
from shared.ledger import Entry, Ledger
from shared.locations import digest_claims_prefix
from shared.s3 import S3Store
from shared.topology import load_topology

BUCKET_VARIABLE = "DAYBOOK_ARCHIVE_BUCKET"


async def resolve(day: date, *, sent: bool, requested_by: str) -> dict[str, ClaimState]:
    """Settle a day's digests in doubt; returns by ledger key what each of them is now.

    `sent` records that they arrived; otherwise they are given up and, once for the day, a backfill
    with a digest is asked for. Its run follows from what was given up: whoever is not sure that
    the wish arrived says it again, and no second mail comes of it. Raises InputError when no
    digest of the day is in doubt.
    """
    async with clients("s3") as (s3,):
        bucket = os.environ.get(BUCKET_VARIABLE, load_topology().archive_bucket.name)
        store = S3Store(s3, bucket)
        claims = await _claims(store, day)
        settled = {
            key: await settle(Ledger(store), key, entry, sent=sent, requested_by=requested_by)
            for key, entry in claims.items()
            if entry.doc.state is ClaimState.UNKNOWN or _given_up(entry.doc, sent=sent)
        }
    if not settled:
        where = f"s3://{bucket}/{digest_claims_prefix(day)}"
        raise InputError(where, "no digest of the day is in doubt", "Look at the day again")
    given_up = [claim for claim in settled.values() if _given_up(claim, sent=sent)]
    if given_up:
        await publish(_wish(day, given_up, requested_by))
    return {key: claim.state for key, claim in settled.items()}


def _given_up(claim: Claim, *, sent: bool) -> bool:
    return not sent and claim.state is ClaimState.RESENT


async def _claims(store: S3Store, day: date) -> dict[str, Entry[Claim]]:
    ledger = Ledger(store)
    items = await store.list(digest_claims_prefix(day))
    entries = {item.key: await ledger.read(item.key, Claim) for item in items}
    return {key: entry for key, entry in entries.items() if entry}


def _wish(day: date, given_up: list[Claim], requested_by: str) -> BackfillRequested:
    wish = BackfillData(
        first_day=day,
        last_day=day,
        reason="the digest was in doubt and is sent again",
        requested_by=requested_by,
        notify=True,
    )
    owners = sorted(claim.owner for claim in given_up)
    return operators_event(BackfillRequested, data=wish, id=derive_id(day, "resend", *owners))


async def settle(
    ledger: Ledger, key: str, entry: Entry[Claim], *, sent: bool, requested_by: str
) -> Claim:
    """Record the decision on a doubt; where SES's own event was faster, that is what counts.

    Returns the claim as it is now; raises InputError when it changed and is still in doubt.
    """
    if entry.doc.state is not ClaimState.UNKNOWN:
        return entry.doc
    decided = entry.doc.model_copy(
        update={
            "state": ClaimState.SENT if sent else ClaimState.RESENT,
            "at": datetime.now(UTC),
            "reason": f"resolved by {requested_by}",
        }
    )
    if await ledger.replace(key, entry, decided):
        return decided
    now = await ledger.read(key, Claim)
    if now is None or now.doc.state is ClaimState.UNKNOWN:
        raise InputError(key, "the record changed meanwhile", "Say it again")
    return now.doc
