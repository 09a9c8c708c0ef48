"""The archive bucket, and the clock that its answers tell.

Asks: s3:ListBucket, s3:GetBucketVersioning, s3:GetBucketPublicAccessBlock,
s3:GetLifecycleConfiguration.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from daybook.doctor.diagnosis import (
    Answer,
    Diagnosis,
    Patient,
    asked,
    fine,
    unanswered,
    unknown,
    wrong,
)

SKEW = 60.0
"""Seconds; AWS refuses signatures that are 15 minutes off (Amazon S3, RequestTimeTooSkewed)."""
CLOSED = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


async def check(patient: Patient) -> AsyncIterator[Diagnosis]:
    """Look at the bucket; without it there is nothing else to say."""
    s3, named = patient.clients["s3"], {"Bucket": patient.bucket}
    head = await asked(s3.head_bucket(**named))
    if head.gone:
        remedy = "Apply infra/, or set DAYBOOK_ARCHIVE_BUCKET to its name"
        yield wrong("archive bucket", f"there is no bucket {patient.bucket}", remedy)
        return
    if head.silence:
        yield unanswered("archive bucket", head)
        return
    yield fine("archive bucket", f"{patient.bucket} is there")
    yield clock(head.said, datetime.now(UTC))
    yield _versioning(await asked(s3.get_bucket_versioning(**named)))
    yield _public(await asked(s3.get_public_access_block(**named)))
    yield _lifecycle(patient, await asked(s3.get_bucket_lifecycle_configuration(**named)))


def clock(answer: dict[str, Any], now: datetime) -> Diagnosis:
    """Compare the clock with the Date of an answer."""
    told = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    if not told:
        return unknown("clock", "the answer has no Date")
    off = abs((now - parsedate_to_datetime(told)).total_seconds())
    if off > SKEW:
        return wrong("clock", f"it is {off:.0f} s off S3's", "Set it by NTP: signatures carry it")
    return fine("clock", f"within {SKEW:.0f} s of S3's")


def _versioning(answer: Answer) -> Diagnosis:
    if answer.silence:
        return unanswered("bucket versioning", answer)
    status = answer.said.get("Status", "off")
    if status != "Enabled":
        remedy = "Switch it on: it keeps what is replaced or removed by mistake"
        return wrong("bucket versioning", f"is {status}", remedy)
    return fine("bucket versioning", "is on")


def _public(answer: Answer) -> Diagnosis:
    if answer.silence:
        return unanswered("public access", answer)
    block = answer.said.get("PublicAccessBlockConfiguration", {})
    open_ = [name for name in CLOSED if not block.get(name)]
    if open_:
        remedy = "Apply infra/, which blocks all public access"
        return wrong("public access", f"{', '.join(open_)} is off", remedy)
    return fine("public access", "is blocked")


def _lifecycle(patient: Patient, answer: Answer) -> Diagnosis:
    if answer.silence:
        return unanswered("expiry of staging", answer)
    wanted = patient.topology.archive_bucket.expire_days
    there = {
        rule.get("Filter", {}).get("Prefix"): rule.get("Expiration", {}).get("Days")
        for rule in answer.said.get("Rules", [])
        if rule.get("Status") == "Enabled"
    }
    for prefix, days in wanted.items():
        if there.get(prefix) != days:
            found = f"{prefix} expires after {there.get(prefix)} days, not {days}"
            return wrong("expiry of staging", found, "Apply infra/")
    return fine("expiry of staging", "as the topology says")
