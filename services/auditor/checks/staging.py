"""Nothing staged is forgotten: neither by the archiver nor by the bucket's lifecycle."""

from collections.abc import Iterator
from datetime import timedelta

from services.auditor.finding import Finding, of_a_backfill
from services.auditor.listed import Listed

KEPT = timedelta(days=15)
"""How long the bucket's lifecycle keeps what is staged (infra/topology.json; a test compares)."""
LATE = timedelta(days=3)
"""Amazon S3 removes expired objects some time after they expire."""
GRACE = timedelta(hours=1)
"""How long the archiver may take to begin with what is staged."""


def check(listed: Listed) -> Iterator[Finding]:
    """Look for what should be gone, and for what should be archived."""
    left = [item for item in listed.staging if listed.now - item.modified > KEPT + LATE]
    if left:
        yield Finding(
            kind="staging-left",
            found=f"{len(left)} staged objects are older than {(KEPT + LATE).days} days, the first "
            f"{left[0].key}",
            remedy="aws s3api get-bucket-lifecycle-configuration --bucket "
            f"{listed.bucket}: staging/ has to expire after {KEPT.days} days",
        )
    for period, staged in sorted(listed.newest_staged.items()):
        last = min(max((day.day for day in staged.days), default=period.last), listed.yesterday)
        if last < period.first or period in listed.unread.periods:
            continue  # nobody can ask of its first day before it is over, or knows what is archived
        found = f"a run staged {period} as delivered {staged.source_version} and nobody archived it"
        yield of_a_backfill("staged-not-archived", last, found)
