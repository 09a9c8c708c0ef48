"""How far the figures of the month before can be relied on, as the ledger knows it."""

from shared.day_record import PeriodRecord
from shared.days import Period
from shared.ledger import Ledger
from shared.locations import period_record_key
from shared.ports import ObjectStore

MEANS = {
    "partial": "is partial: its last days are not delivered in full yet.",
    "complete": "is complete and not invoiced in full yet: it may still be restated.",
    "final": "is final: it is invoiced, and only corrections can still come.",
}


async def month_before(store: ObjectStore, period: Period) -> str:
    """Return the status of the period before in a sentence; empty when it was never archived."""
    before = period.previous
    entry = await Ledger(store).read(period_record_key(before), PeriodRecord)
    if entry is None:
        return ""
    return f"{before.first:%B %Y} {MEANS[entry.doc.status(before.last)]}"
