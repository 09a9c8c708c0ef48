"""The calendar of a month: what is archived of each day, how far it can be relied on, its light."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from daybook.operate.documents import Documents, is_claim
from daybook.operate.figures import is_restated
from daybook.operate.reach import each
from shared.archive import read_outlook
from shared.config_outlook import ROOT
from shared.day_record import DayRecord, PeriodRecord
from shared.day_status import DayStatus
from shared.days import Period
from shared.digest_claim import Claim
from shared.errors import MismatchError
from shared.locations import (
    daily_digest_of,
    day_record_key,
    day_records_prefix,
    digest_claims_of_month,
    outlook_key,
    period_record_key,
)
from shared.money import Amounts
from shared.outlook import Light

Unreadable = Literal["unreadable"]
UNREADABLE: Unreadable = "unreadable"
"""What is there and is not what it should be: `daybook audit` says more of it."""
WORST: tuple[Light, ...] = ("red", "yellow", "green", "grey")


@dataclass(frozen=True)
class DayState:
    """One day; `versions` counts what was ever archived of it, `digest` is its mail's state.

    `restated`: its figures have changed since they were first archived.
    """

    day: date
    status: DayStatus | Literal["missing"] | Unreadable
    versions: int
    restated: bool
    totals: tuple[Amounts, ...]
    light: Light | Unreadable | None
    digest: str | None

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


async def read_days(documents: Documents, month: Period, today: date) -> list[DayState]:
    """Return every day of a month that is over (UTC), and any that is archived already.

    What of a day cannot be read is `unreadable`; the others are as they are.
    """
    period = await documents.read(period_record_key(month), PeriodRecord)
    in_doubt = period_record_key(month) in documents.unreadable
    records = await _records(documents, month)
    digests = await _digests(documents, month)
    days = sorted({*_over(month, today), *records})
    lights = dict(
        zip(records, await each(lambda day: _light(documents, day), records), strict=True)
    )

    def state(day: date) -> DayState:
        if day not in records:
            return DayState(day, "missing", 0, False, (), None, digests.get(day))
        record = records[day]
        if record is None:
            return DayState(day, UNREADABLE, 0, False, (), lights[day], digests.get(day))
        status = UNREADABLE if in_doubt else period.status(day) if period else "partial"
        return DayState(
            day=day,
            status=status,
            versions=len(record.versions),
            restated=is_restated(record),
            totals=record.newest.totals,
            light=lights[day],
            digest=digests.get(day),
        )

    return [state(day) for day in days]


def _over(month: Period, today: date) -> Iterator[date]:
    yesterday = today - timedelta(days=1)
    return month.days(until=yesterday) if month.first <= yesterday else iter(())


async def _records(documents: Documents, month: Period) -> dict[date, DayRecord | None]:
    """Return each day's record; None for one that cannot be read."""
    there = set(await documents.keys(day_records_prefix(month)))
    keys = {day: key for day in month.days() if (key := day_record_key(day)) in there}
    found = await documents.read_all(keys.values(), DayRecord)
    return {day: found.get(key) for day, key in keys.items()}


async def _digests(documents: Documents, month: Period) -> dict[date, str]:
    """Return the state of each day's daily digest."""
    listed = await documents.keys(digest_claims_of_month(month))
    keys = {key: day for key in filter(is_claim, listed) if (day := daily_digest_of(key))}
    found = await documents.read_all(keys, Claim)
    return {
        day: found[key].state.value if key in found else UNREADABLE for key, day in keys.items()
    }


async def _light(documents: Documents, day: date) -> Light | Unreadable | None:
    """Return the light of the whole; without one of the root, the worst there is."""
    try:
        outlooks = await read_outlook(documents.store, day) or []
    except MismatchError:
        documents.unreadable.add(outlook_key(day))
        return UNREADABLE
    whole = [row.light for row in outlooks if row.ou_path == ROOT]
    return worst(whole or [row.light for row in outlooks])


def worst(lights: Sequence[Light]) -> Light | None:
    """Return the worst of some lights; None when there is none."""
    return next((light for light in WORST if light in lights), None)
