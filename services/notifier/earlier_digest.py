"""Compares the days in the ledger with what the last digest told of them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date

from services.notifier.report.restatements import DayChange
from services.notifier.sending.claim import Claim, ClaimState
from shared.day_record import DayRecord
from shared.days import ONE_DAY, Period
from shared.digest_claim import Told, ToldDay
from shared.errors import MismatchError
from shared.ledger import Entry, Ledger
from shared.locations import (
    daily_digest_of,
    day_of_record,
    day_record_key,
    day_records_prefix,
    digest_claims_of_month,
)
from shared.ports import ObjectStore


@dataclass(frozen=True)
class EarlierDigest:
    """What the last digest told; `day` is the one that it reported."""

    day: date
    told: Told


@dataclass(frozen=True)
class DaysSince:
    """What is to be told now of each day, and which days are not as they were told before."""

    told: Told
    since: date | None
    changes: tuple[DayChange, ...]


@dataclass(frozen=True)
class ToldDays:
    """Reads the claims and the days' records."""

    store: ObjectStore

    async def since_last_digest(self, day: date, shown: str, *, resent: bool) -> DaysSince:
        """Look at every day of the digest's billing period and of the one before.

        `shown` is the checksum of the object that the digest shows for its own `day`, which is
        told and not restated. A record whose ETag is the one that was told is not read again.
        `resent`: the digest is sent again in place of one that may not have arrived. A later one
        has left to it what it told, so it looks back from its own day.
        """
        earlier = await self._last(day, until=day - ONE_DAY if resent else date.max)
        before = earlier.told if earlier else {}
        told = {day: ToldDay(sha256=shown, etag="")}
        changes = []
        async for other, etag in self._recorded(day):
            was = before.get(other)
            if other > day and was is None:
                continue
            if was is None or was.etag != etag:
                entry = await self._record(other)
                changes += _changes(entry.doc, was)
                stands = ToldDay(sha256=entry.doc.newest.sha256, etag=entry.etag)
            else:
                stands = was
            if other < day:
                told[other] = stands
        return DaysSince(told, earlier.day if earlier else None, tuple(changes))

    async def _recorded(self, day: date) -> AsyncIterator[tuple[date, str]]:
        """Yield the other days that are in the ledger, and the ETags of their records."""
        period = Period.of(day)
        for each in (_before(period), period):
            for item in await self.store.list(day_records_prefix(each)):
                other = day_of_record(item.key)
                if other and other != day:
                    yield other, item.etag

    async def _record(self, day: date) -> Entry[DayRecord]:
        entry = await Ledger(self.store).read(day_record_key(day), DayRecord)
        if entry is None:
            raise MismatchError(f"the ledger's record of {day} is gone")
        return entry

    async def _last(self, day: date, until: date) -> EarlierDigest | None:
        """Find the daily digest that counts as told and reports the latest day up to `until`."""
        period = Period.of(day)
        for each in (period.next, period, _before(period)):
            for item in reversed(await self.store.list(digest_claims_of_month(each))):
                if (reported := daily_digest_of(item.key)) is None or reported > until:
                    continue
                entry = await Ledger(self.store).read(item.key, Claim)
                if entry and _counts(entry.doc, again=reported == day):
                    return EarlierDigest(reported, entry.doc.told or {})
        return None


def _counts(claim: Claim, *, again: bool) -> bool:
    """A digest that is sent again counts, since the other mail tells the same; not for that one."""
    if claim.state is ClaimState.RESENT:
        return not again
    return claim.state is ClaimState.SENT


def _changes(record: DayRecord, was: ToldDay | None) -> list[DayChange]:
    if was is None or was.sha256 == record.newest.sha256:
        return []
    # A lost record was made anew and lacks what was told: that is said, and no digest fails on it.
    return [DayChange(record.day, record.version(was.sha256), record.newest)]


def _before(period: Period) -> Period:
    return Period.of(period.first - ONE_DAY)
