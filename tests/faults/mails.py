"""Invariants of mail: each digest once, as the ledger says, with figures that the archive had."""

import csv
import email
import email.policy
import io
import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from shared.locations import BREAKDOWNS, is_digest, partition
from tests.faults.example import BUCKET
from tests.faults.scenario import Expected
from tests.faults.sim_sns import Alarm
from tests.faults.totals import sums
from tests.faults.world import World


def mailed(world: World, expected: Expected) -> Iterator[str]:
    sent = Counter((mail.claim, mail.to) for mail in world.ses.mails)
    per_digest = Counter((_digest(mail.claim), mail.to) for mail in world.ses.mails)
    for (digest, _), times in per_digest.items():
        if times > 1:
            yield f"digest {digest} was mailed {times} times"
    for claim, _ in sent:
        if not claim.startswith((*expected.digests, *expected.perhaps)):
            yield f"digest {claim} was mailed and nobody asked for it"
    for wanted in expected.digests:
        mailed = any(claim.startswith(wanted) for claim, _ in sent)
        if not mailed and not any(_tells(alarm, wanted) for alarm in world.alarms):
            yield f"digest {wanted} was never mailed and nobody is told"


def _tells(alarm: Alarm, wanted: str) -> bool:
    """Who is told of a dead letter need not be told of the delay: the digest may come before it."""
    return wanted in alarm.text or (
        wanted.endswith("-delayed") and alarm.subject.startswith("dead letter")
    )


def claimed(world: World, _: Expected) -> Iterator[str]:
    """What the ledger says of a digest is so; with SES's events no mail stays in doubt."""
    sent = {mail.claim for mail in world.ses.mails}
    for place, version in world.s3.newest(f"{BUCKET}/ledger/digests/").items():
        claim = place.rpartition("/")[2].removesuffix(".json")
        state = json.loads(version.body)["state"]
        if state == "sent" and claim not in sent:
            yield f"digest {claim} is recorded as sent and was not"
        if claim in sent and state not in ("sent", "unknown"):
            yield f"digest {claim} was sent and is recorded as {state}"
        if claim in sent and state == "unknown" and world.ses.report:
            yield f"digest {claim} is in doubt although SES told that it was sent"


def figured(world: World, _: Expected) -> Iterator[str]:
    """What a mail says was at some time what the archive said."""
    mails = [mail for mail in world.ses.mails if tells_all(mail.claim)]
    totals = {day: set(_totals_ever(world, day)) for day in {_day(m.claim) for m in mails}}
    for mail in mails:
        total = _attached_total(mail.raw)
        if total not in totals[_day(mail.claim)]:
            yield f"digest {mail.claim} says {total}; the archive never did"


def tells_all(claim: str) -> bool:
    """Say whether a mail is a digest of everything: no part, no PDF, and not of a delay."""
    return is_digest(claim)


def _digest(claim: str) -> str:
    """Leave out what a claim adds to the digest's day and kind."""
    day, kind = claim[:10], claim[11:]
    return f"{day}-{kind[:43] if kind.startswith('replay-') else kind.partition('-')[0]}"


def _day(claim: str) -> date:
    return date.fromisoformat(claim[:10])


def _totals_ever(world: World, day: date) -> Iterator[Decimal]:
    for place, versions in world.s3.objects.items():
        if place.startswith(f"{BUCKET}/{BREAKDOWNS}{partition(day)}"):
            for version in versions:
                yield sums(version.body)[0]


def _attached_total(raw: bytes) -> Decimal:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/csv":
            text = part.get_payload(decode=True).decode("utf-8-sig")  # type: ignore[union-attr]
            rows = csv.DictReader(io.StringIO(text))
            return sum((Decimal(row["UnblendedCost"]) for row in rows), Decimal(0))
    return Decimal("NaN")
