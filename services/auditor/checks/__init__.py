"""The checks of an audit: pure functions over what was listed, one module a kind of thing."""

from collections.abc import Callable, Iterator

from services.auditor.checks import (
    archive,
    catalog,
    contents,
    counts,
    digest,
    ledger,
    outlook,
    queues,
    refreshes,
    source,
    staging,
)
from services.auditor.finding import Finding, Kind
from services.auditor.listed import Listed
from shared.days import Period

Check = Callable[[Listed], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (
    archive.check,
    contents.check,
    ledger.check,
    source.check,
    catalog.check,
    outlook.check,
    digest.check,
    refreshes.check,
    staging.check,
    queues.check,
)

OF_PARTITIONS: frozenset[Kind] = frozenset({"partition-gone", "partition-elsewhere"})
REGISTERED = "daybook adopt --yes, which registers the partition of every object that is there"
"""What is to be typed where no scan is left that would do it: the object itself is not lost."""

UNREADABLE = "First what ledger-unreadable says, for no run of the month ends before that"


def findings(listed: Listed) -> list[Finding]:
    """Return everything that is wrong, in the order of the checks, and of the days in each."""
    found = [finding for check in CHECKS for finding in check(listed)]
    explained = {finding.day for finding in found if finding.day}
    # What a query counts is news only where nothing else says why.
    found += [each for each in counts.check(listed) if each.day not in explained]
    return [_possible(listed, finding) for finding in found]


def _possible(listed: Listed, finding: Finding) -> Finding:
    """Say so where a backfill cannot mend it."""
    if not finding.repairable or finding.day is None:
        return finding
    period = Period.of(finding.day)
    if listed.unread.stops(period):
        remedy = f"{UNREADABLE}, then {finding.remedy}"
        return finding.model_copy(update={"repairable": False, "remedy": remedy})
    if listed.delivered is None or period in listed.delivered:
        return finding
    if finding.kind in OF_PARTITIONS:
        return finding.model_copy(update={"repairable": False, "remedy": REGISTERED})
    remedy = (
        f"The export holds no {period} any more: look for an earlier version of the object "
        f"(aws s3api list-object-versions --bucket {listed.bucket}), or ask AWS for the month "
        f"anew, then {finding.remedy}; a day that is lost for good goes under gaps in daybook.yaml"
    )
    return finding.model_copy(update={"repairable": False, "remedy": remedy})
