"""The status of a day: how far its figures can be relied on."""

from datetime import date
from typing import Literal

DayStatus = Literal["partial", "complete", "final"]
"""`partial`: usage is still being delivered. `complete`: all of it is there, and AWS may restate
it. `final`: the month is over and its whole bill is invoiced; what still comes are corrections."""


def day_status(day: date, complete_through: date | None, *, final: bool) -> DayStatus:
    """Return a day's status from what is known of its billing period."""
    if final:
        return "final"
    complete = complete_through is not None and day <= complete_through
    return "complete" if complete else "partial"
