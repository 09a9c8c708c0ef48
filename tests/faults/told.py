"""Invariant: what a digest told is in its claim, and the next digest leaves no change out."""

import email
import email.policy
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from services.notifier.sending.claim import Claim, ClaimState
from shared.day_record import DayRecord
from shared.days import Period
from shared.locations import day_records_prefix, digest_claim_key
from tests.faults.mails import tells_all
from tests.faults.sim_ses import Mail
from tests.faults.world import World


def told(world: World, bucket: str) -> Iterator[str]:
    """Look at the claims of all mails that are known to be sent, in the order of the mails."""
    sent = [(mail, claim) for mail in _digests(world) if (claim := _sent(world, bucket, mail))]
    for mail, claim in sent:
        yield from _recorded(world, bucket, mail, claim)
    daily = [(mail, claim) for mail, claim in sent if "-daily-" in mail.claim]
    for (before, earlier), (mail, later) in pairwise(daily):
        in_order = before.claim[:10] < mail.claim[:10] and earlier.at < later.at
        if in_order and _differ(earlier, later, mail.claim[:10]) and "Restated" not in _text(mail):
            yield f"digest {mail.claim} does not say what changed since {before.claim}"


def _digests(world: World) -> list[Mail]:
    """Return the mails that tell all figures."""
    return [mail for mail in world.ses.mails if tells_all(mail.claim)]


def _sent(world: World, bucket: str, mail: Mail) -> Claim | None:
    versions = world.s3.objects.get(f"{bucket}/{digest_claim_key(mail.claim)}")
    claim = Claim.model_validate_json(versions[-1].body) if versions else None
    return claim if claim and claim.state is ClaimState.SENT else None


def _recorded(world: World, bucket: str, mail: Mail, claim: Claim) -> Iterator[str]:
    if not claim.told or date.fromisoformat(mail.claim[:10]) not in claim.told:
        yield f"digest {mail.claim} was sent and nobody knows what it told"
        return
    for day, as_told in claim.told.items():
        key = f"{bucket}/{day_records_prefix(Period.of(day))}{day}.json"
        record = DayRecord.model_validate_json(world.s3.objects[key][-1].body)
        if record.version(as_told.sha256) is None:
            yield f"digest {mail.claim} told a version of {day} that the ledger does not have"


def _differ(earlier: Claim, later: Claim, own: str) -> bool:
    before, now = earlier.told or {}, later.told or {}
    both = before.keys() & now.keys() - {date.fromisoformat(own)}
    return any(before[day].sha256 != now[day].sha256 for day in both)


def _text(mail: Mail) -> str:
    message = email.message_from_bytes(mail.raw, policy=email.policy.default)
    body = message.get_body(("plain",))
    return str(body.get_content()) if body else ""
