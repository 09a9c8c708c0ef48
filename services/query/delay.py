"""Since when a late day's data is missing: the last complete day, and the last delivery."""

from dataclasses import dataclass
from datetime import date, datetime

from services.query.export import Export
from shared.day_record import PeriodRecord
from shared.days import Period
from shared.errors import InputError
from shared.ledger import Ledger
from shared.locations import period_record_key
from shared.ports import ObjectStore


@dataclass(frozen=True)
class Since:
    """What was there last; None where it is not known. Days and times are UTC."""

    complete_through: date | None = None
    delivered_at: datetime | None = None


async def since(export: Export, store: ObjectStore, day: date) -> Since:
    """Look for both in the day's billing period, and failing that in the one before."""
    periods = (Period.of(day), Period.of(day).previous)
    days = [await _complete_through(store, period) for period in periods]
    times = [await _delivered_at(export, period) for period in periods]
    return Since(
        next((each for each in days if each), None),
        max((each for each in times if each), default=None),
    )


async def _complete_through(store: ObjectStore, period: Period) -> date | None:
    entry = await Ledger(store).read(period_record_key(period), PeriodRecord)
    if entry is None:
        return None
    return period.last if entry.doc.final else entry.doc.complete_through


async def _delivered_at(export: Export, period: Period) -> datetime | None:
    """Return when a period was last delivered; None for none, and for a manifest of no use."""
    try:
        delivery = await export.delivery(period)
    except InputError:
        return None
    return delivery.delivered_at if delivery else None
