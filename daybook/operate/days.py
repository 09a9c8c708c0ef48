"""The calendar of a month: what is archived of each day, how far it can be relied on, its light."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from daybook.operate.reach import each
from shared.archive import read_outlook
from shared.config_outlook import ROOT
from shared.day_record import DayRecord, PeriodRecord
from shared.day_status import DayStatus
from shared.days import Period
from shared.digest_claim import Claim
from shared.ledger import Ledger
from shared.locations import (
    daily_digest_of,
    day_of_record,
    day_records_prefix,
    digest_claims_of_month,
    period_record_key,
)
from shared.money import Amounts
from shared.outlook import Light
from shared.ports import ObjectStore

WORST: tuple[Light, ...] = ("red", "yellow", "green", "grey")


@dataclass(frozen=True)
class DayState:
    """One day; `versions` counts what was ever archived of it, `digest` is its mail's state."""

    day: date
    status: DayStatus | Literal["missing"]
    versions: int
    totals: tuple[Amounts, ...]
    light: Light | None
    digest: str | None

    @property
    def restated(self) -> bool:
        """Whether its figures have changed since they were first archived."""
        return self.versions > 1

    def record(self) -> dict[str, Any]:
        """Return it as JSON, money as exact decimals."""
        return {
            "day": str(self.day),
            "status": self.status,
            "restated": self.restated,
            "versions": self.versions,
            "totals": [part.model_dump(mode="json", exclude_none=True) for part in self.totals],
            "light": self.light,
            "digest": self.digest,
        }


async def read_days(store: ObjectStore, month: Period, today: date) -> list[DayState]:
    """Return every day of a month that is over (UTC), and any that is archived already."""
    ledger = Ledger(store)
    period = await ledger.read(period_record_key(month), PeriodRecord)
    records = await _records(store, month)
    digests = await _digests(store, month)
    days = sorted({*_over(month, today), *records})
    lights = dict(zip(records, await each(lambda day: _light(store, day), records), strict=True))

    def state(day: date) -> DayState:
        record = records.get(day)
        if record is None:
            return DayState(day, "missing", 0, (), None, digests.get(day))
        status = period.doc.status(day) if period else "partial"
        newest = record.newest
        versions = len(record.versions)
        return DayState(day, status, versions, newest.totals, lights[day], digests.get(day))

    return [state(day) for day in days]


def _over(month: Period, today: date) -> Iterator[date]:
    yesterday = today - timedelta(days=1)
    return month.days(until=yesterday) if month.first <= yesterday else iter(())


async def _records(store: ObjectStore, month: Period) -> dict[date, DayRecord]:
    ledger = Ledger(store)
    listed = await store.list(day_records_prefix(month))
    entries = await each(lambda item: ledger.read(item.key, DayRecord), listed)
    return {
        day_of_record(item.key): entry.doc
        for item, entry in zip(listed, entries, strict=True)
        if entry
    }


async def _digests(store: ObjectStore, month: Period) -> dict[date, str]:
    """Return the state of each day's daily digest."""
    ledger = Ledger(store)
    listed = [
        item
        for item in await store.list(digest_claims_of_month(month))
        if daily_digest_of(item.key)
    ]
    entries = await each(lambda item: ledger.read(item.key, Claim), listed)
    return {
        day: entry.doc.state.value
        for item, entry in zip(listed, entries, strict=True)
        if entry and (day := daily_digest_of(item.key))
    }


async def _light(store: ObjectStore, day: date) -> Light | None:
    """Return the light of the whole; without one of the root, the worst there is."""
    outlooks = await read_outlook(store, day) or []
    whole = [row.light for row in outlooks if row.ou_path == ROOT]
    return worst(whole or [row.light for row in outlooks])


def worst(lights: Sequence[Light]) -> Light | None:
    """Return the worst of some lights; None when there is none."""
    return next((light for light in WORST if light in lights), None)
