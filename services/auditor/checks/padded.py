"""Objects of days whose keys have leading zeros, as archives from before Daybook may have them."""

import re
from collections.abc import Sequence
from datetime import date

from services.auditor.finding import Finding
from shared.locations import BREAKDOWNS, partition
from shared.ports import ObjectInfo

_PADDED = re.compile(rf"^{BREAKDOWNS}year=(\d{{4}})/month=(\d{{1,2}})/day=(\d{{1,2}})/[^/]+$")


def padded_day(key: str) -> date | None:
    """Return the day that a key in no day's place is of, zeros left out; None where of none."""
    found = _PADDED.match(key)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def padded(item: ObjectInfo, day: date, beside: Sequence[ObjectInfo]) -> Finding:
    """Say what the adoption says of it: it may be all that there is of its day."""
    adopted = f"Move it to {BREAKDOWNS}{partition(day)} (no leading zeros), then daybook adopt"
    remedy = f"{adopted} --currency CODE --yes, with the code of its amounts"
    if beside:
        remedy = f"Move it out of {BREAKDOWNS}, for the day is in its place, then daybook audit"
    return Finding(
        kind="stray-object",
        day=day,
        found=f"{item.key} lies in the place of no day, for its leading zeros",
        remedy=remedy,
    )
