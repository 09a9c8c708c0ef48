"""How many days of history the archive has before a day: whether anything could be judged."""

from datetime import date, timedelta

from shared.anomalies import JUDGED_AFTER
from shared.archive import archived_days
from shared.days import GAP
from shared.locations import BREAKDOWNS
from shared.ports import ObjectReader

LOOKED_AT = timedelta(days=JUDGED_AFTER + GAP + 1)
"""More is not needed to know that there is enough."""


async def days_of_history(store: ObjectReader, day: date) -> int:
    """Return how many days (UTC) before a day the archive reaches back to without a long gap.

    As the forecaster counts them; what is more than enough to judge by is not counted.
    """
    first = day
    for archived in reversed(await archived_days(store, BREAKDOWNS, day - LOOKED_AT, day)):
        if (first - archived).days > GAP + 1:
            break
        first = archived
    return (day - first).days
