"""Settles by hand a digest of which nobody knows whether it was sent."""

from datetime import UTC, date, datetime

from daybook.bucket import archive_bucket
from daybook.operate.documents import is_claim, needed
from daybook.operate.reach import reached
from daybook.publish import operators_event, publish
from services.auditor.checks.digest import IN_HAND
from services.notifier.sending.claim import DELAYED, Claim, ClaimState
from shared.digest_claim import resend_id
from shared.errors import InputError
from shared.events import BackfillData, BackfillRequested
from shared.ledger import Entry, Ledger
from shared.locations import digest_claims_prefix
from shared.s3 import S3Store

UNSETTLED = {ClaimState.CLAIMED, ClaimState.UNKNOWN}


async def resolve(
    day: date, *, sent: bool, requested_by: str, claim: str = ""
) -> dict[str, ClaimState]:
    """Settle a day's mail in doubt; returns by ledger key what it is now.

    `claim` says which, as the alarm names it; without it there must be no more than one: what is
    true of one list need not be true of another. In doubt is also what was claimed and left: nobody
    is at work on it any more, and no message may come that would find it.

    `sent` records that it arrived; otherwise it is given up and a backfill is asked for that sends
    this mail again, to its own list alone. Its run follows from what was given up: whoever is not
    sure that the wish arrived says it again, and no second mail comes of it.

    Raises InputError when nothing of the day is in doubt, when it is not said which of several, and
    when it is a mail about late data that is to be sent again; when a claim cannot be read; and
    when AWS cannot be reached.
    """
    async with reached("s3") as (s3,):
        bucket = archive_bucket()
        store = S3Store(s3, bucket)
        where = f"s3://{bucket}/{digest_claims_prefix(day)}"
        claims = _chosen(await _claims(store, day, claim), where, sent=sent, claim=claim)
        settled = {
            key: await settle(Ledger(store), key, entry, sent=sent, requested_by=requested_by)
            for key, entry in claims.items()
        }
    for key, settled_claim in settled.items():
        if _given_up(settled_claim, sent=sent):
            await publish(_wish(day, _name(key), settled_claim, requested_by))
    return {key: claim.state for key, claim in settled.items()}


def _chosen(
    claims: dict[str, Entry[Claim]], where: str, *, sent: bool, claim: str
) -> dict[str, Entry[Claim]]:
    """Return the claims in doubt that are meant, and those given up before by the same wish."""
    meant = {
        key: entry
        for key, entry in claims.items()
        if claim in ("", _name(key)) and (_in_doubt(entry.doc) or _given_up(entry.doc, sent=sent))
    }
    doubts = [key for key, entry in meant.items() if _in_doubt(entry.doc)]
    if not meant:
        raise InputError(where, "no digest of the day is in doubt", "Look at the day again")
    if len(doubts) > 1:
        names = ", ".join(map(_name, doubts))
        raise InputError(where, f"{names} are in doubt", "Say which with --claim NAME, one by one")
    for key in doubts:
        if not sent and _kind(key) == DELAYED:
            problem = "a mail about late data is not sent again: the digest itself follows it"
            raise InputError(key, problem, "Say --sent to be done with it")
    return meant


def _name(key: str) -> str:
    return key.rpartition("/")[2].removesuffix(".json")


def _kind(key: str) -> str:
    return _name(key)[len("2026-01-01-") :].rpartition("-")[0]


def _in_doubt(claim: Claim) -> bool:
    """Say whether nobody knows: not of a claim that may still be somebody's work."""
    if claim.state is ClaimState.CLAIMED:
        return datetime.now(UTC) - claim.at > IN_HAND
    return claim.state is ClaimState.UNKNOWN


def _given_up(claim: Claim, *, sent: bool) -> bool:
    return not sent and claim.state is ClaimState.RESENT


async def _claims(store: S3Store, day: date, claim: str) -> dict[str, Entry[Claim]]:
    """Read a day's claims, or the one that is meant: another that is damaged is no matter then."""
    listed = [item.key for item in await store.list(digest_claims_prefix(day))]
    keys = [key for key in filter(is_claim, listed) if claim in ("", _name(key))]
    entries = {key: await needed(store, key, Claim) for key in keys}
    return {key: entry for key, entry in entries.items() if entry}


def _wish(day: date, name: str, given_up: Claim, requested_by: str) -> BackfillRequested:
    wish = BackfillData(
        first_day=day,
        last_day=day,
        reason="the digest was in doubt and is sent again",
        requested_by=requested_by,
        notify=True,
        only=name,
    )
    return operators_event(BackfillRequested, data=wish, id=resend_id(name, given_up))


async def settle(
    ledger: Ledger, key: str, entry: Entry[Claim], *, sent: bool, requested_by: str
) -> Claim:
    """Record the decision on a doubt; where SES's own event was faster, that is what counts.

    Returns the claim as it is now; raises InputError when it changed and is still in doubt.
    """
    if not _in_doubt(entry.doc):
        return entry.doc
    state = ClaimState.SENT if sent else ClaimState.RESENT
    reason = f"resolved by {requested_by}"
    decided = entry.doc.settled(state, datetime.now(UTC), reason=reason)
    if await ledger.replace(key, entry, decided):
        return decided
    now = await ledger.read(key, Claim)
    if now is None or now.doc.state in UNSETTLED:
        raise InputError(key, "the record changed meanwhile", "Say it again")
    return now.doc
