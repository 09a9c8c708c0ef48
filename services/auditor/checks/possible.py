"""What a backfill cannot mend, or not yet, and what does instead."""

from datetime import date

from services.auditor.finding import Finding, Kind
from services.auditor.listed import Listed
from shared.days import Period

REGISTERED = "daybook adopt --yes, which registers the partition of every object that is there"
"""What is to be typed where no scan is left that would do it: the object itself is not lost."""
RECORDED = (
    "daybook adopt --currency CODE --yes, which records the object that is there; CODE is the "
    "currency of what was adopted before, if anything was"
)
"""The same where the record is what is lost."""
AT_HAND: dict[Kind, str] = {
    "partition-gone": REGISTERED,
    "partition-elsewhere": REGISTERED,
    "ledger-gone": RECORDED,
}
UNREADABLE = "First what ledger-unreadable says, for no run of the month ends before that"


def possible(listed: Listed, finding: Finding) -> Finding:
    """Return the finding as it can be mended at this moment."""
    if not finding.repairable or finding.day is None:
        return finding
    if remedy := _before_a_run(listed, finding, finding.day):
        return finding.model_copy(update={"repairable": False, "remedy": remedy})
    if remedy := _without_the_export(listed, finding, finding.day):
        return finding.model_copy(update={"repairable": False, "remedy": remedy})
    return finding.model_copy(update={"reached": listed.reaches(finding.day)})


def _before_a_run(listed: Listed, finding: Finding, day: date) -> str:
    """Return what has to come first, whatever the export holds; empty where nothing has."""
    if listed.unread.stops(Period.of(day)):
        return f"{UNREADABLE}, then {finding.remedy}"
    if day >= listed.now.date():
        anew = "" if finding.kind == "day-never-run" else "The next run writes it anew; "
        return f"{anew}once the day is over (UTC), {finding.remedy}"
    return ""


def _without_the_export(listed: Listed, finding: Finding, day: date) -> str:
    """Return what to do of a day that the export does not hold; empty where it may hold it."""
    held = listed.delivered is None or Period.of(day) in listed.delivered
    if not held and finding.kind in AT_HAND:
        return AT_HAND[finding.kind]
    if lacking := _not_delivered(listed, finding, day):
        return f"{lacking}: look at the export; the audit asks for the day once it is there"
    if held:
        return ""
    return (
        f"The export holds no {Period.of(day)} any more: look for an earlier version of the object "
        f"(aws s3api list-object-versions --bucket {listed.bucket}), or ask AWS for the month "
        f"anew, then {finding.remedy}; a day that is lost for good goes under gaps in daybook.yaml"
    )


def _not_delivered(listed: Listed, finding: Finding, day: date) -> str:
    """Say that the export has stopped before a day; empty where it has not, or nobody knows."""
    period, newest = Period.of(day), listed.newest_delivered
    if newest and period > newest:
        return f"The export has not delivered {period} yet, its newest month is {newest}"
    delivered = (listed.delivered or {}).get(period)
    # A delivery holds no usage of days after it. That of a day which ran it has held all the same.
    if finding.kind == "day-never-run" and delivered and day > delivered.date():
        return f"The export has delivered {period} last on {delivered:%Y-%m-%d}, before the day"
    return ""
