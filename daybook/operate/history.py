"""Every version of a day: when, how much, what changed, why, and who was told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from daybook.operate.reach import archive, each, reached
from shared.day_record import DayRecord, DayVersion
from shared.days import Period
from shared.digest_claim import Claim, ClaimState
from shared.errors import InputError
from shared.ledger import Ledger
from shared.locations import (
    day_record_key,
    digest_claims_of_month,
    run_record_key,
)
from shared.money import Amounts, exact_sum
from shared.ports import ObjectStore
from shared.run_record import RunRecord

TOLD = {ClaimState.SENT, ClaimState.UNKNOWN, ClaimState.RESENT}


@dataclass(frozen=True)
class Change:
    """By how much an OU's cost of the day changed, in one currency; by the metric asked for."""

    ou_path: str
    currency: str
    before: Decimal
    after: Decimal

    @property
    def amount(self) -> Decimal:
        """The difference, exactly."""
        return exact_sum((self.after, -self.before))


@dataclass(frozen=True)
class Telling:
    """A mail that told a version: the digest's name and day, its state, when, and to whom."""

    name: str
    day: date
    state: str
    at: datetime
    recipients: tuple[str, ...]

    def record(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "digest": self.name,
            "day": str(self.day),
            "state": self.state,
            "at": self.at.isoformat(),
            "recipients": list(self.recipients),
        }


@dataclass(frozen=True)
class Version:
    """One version of the day; `changes` are against the one before it."""

    number: int
    archived: DayVersion
    changes: tuple[Change, ...]
    why: str
    told: tuple[Telling, ...]

    def record(self) -> dict[str, Any]:
        """Return it as JSON, money as exact decimals."""
        known = self.archived
        return {
            "version": self.number,
            "archived_at": known.archived_at.isoformat(),
            "run": known.run,
            "source_version": known.source_version,
            "sha256": known.sha256,
            "rows": known.rows,
            "totals": _plain(known.totals),
            "by_ou": {ou: _plain(parts) for ou, parts in sorted(known.by_ou.items())},
            "changes": [
                {"ou": each.ou_path, "currency": each.currency, "amount": str(each.amount)}
                for each in self.changes
            ],
            "why": self.why,
            "told": [telling.record() for telling in self.told],
        }


@dataclass(frozen=True)
class History:
    """A day and its versions, oldest first."""

    day: date
    metric: str
    versions: tuple[Version, ...]

    def record(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "day": str(self.day),
            "metric": self.metric,
            "versions": [version.record() for version in self.versions],
        }

    def as_of(self, when: date) -> "History":
        """Return it as it was at the end of a day (UTC): the version in force, and who knew it.

        Raises InputError when the day was not archived yet.
        """
        end = datetime.combine(when + timedelta(days=1), time(), tzinfo=UTC)
        known = [version for version in self.versions if version.archived.archived_at < end]
        if not known:
            first = self.versions[0].archived.archived_at
            raise InputError(
                f"{self.day} as of {when}",
                f"was not archived yet: first on {first:%Y-%m-%d %H:%M} UTC",
                "Ask for a later --as-of",
            )
        last = known[-1]
        told = tuple(telling for telling in last.told if telling.at < end)
        then = Version(last.number, last.archived, last.changes, last.why, told)
        return History(self.day, self.metric, (then,))


async def read_history(day: date, metric: str) -> History:
    """Read a day's history; raises InputError when nothing of it was ever archived."""
    async with reached("s3") as (s3,):
        store = archive(s3)
        entry = await Ledger(store).read(day_record_key(day), DayRecord)
        if entry is None:
            where = f"s3://{store.bucket}/{day_record_key(day)}"
            remedy = f"Have it run: daybook replay {day}"
            raise InputError(where, f"nothing of {day} was ever archived", remedy)
        return await history_of(store, entry.doc, metric)


async def history_of(store: ObjectStore, record: DayRecord, metric: str) -> History:
    """Put a day's record together with the runs that wrote it and the mails that told it."""
    tellings = await _tellings(store, record.day)
    runs = await _runs(store, record)
    befores: list[DayVersion | None] = [None, *record.versions]
    versions = [
        Version(
            number=number,
            archived=version,
            changes=tuple(_changes(before, version, metric)) if before else (),
            why=_why(before, version, runs.get(version.run)),
            told=tuple(
                telling
                for sha256, telling in tellings
                if _meant(record.versions, sha256, telling.at) is version
            ),
        )
        for number, (before, version) in enumerate(
            zip(befores, record.versions, strict=False), start=1
        )
    ]
    return History(record.day, metric, tuple(versions))


def _meant(versions: Sequence[DayVersion], sha256: str, at: datetime) -> DayVersion | None:
    """Return which version a mail of then told: a day may go back to bytes that it had before.

    It is the newest with these bytes that was there. Another may have come to be in force since:
    a digest tells what its run archived, and a doubt is settled days later.
    """
    same = [version for version in versions if version.sha256 == sha256]
    there = [version for version in same if version.archived_at <= at]
    return max(there, key=lambda version: version.archived_at, default=same[0] if same else None)


async def _runs(store: ObjectStore, record: DayRecord) -> dict[str, RunRecord]:
    ledger, period = Ledger(store), Period.of(record.day)
    names = list(dict.fromkeys(version.run for version in record.versions))
    found = await each(lambda run: ledger.read(run_record_key(run, period), RunRecord), names)
    return {entry.doc.run: entry.doc for entry in found if entry}


async def _tellings(store: ObjectStore, day: date) -> list[tuple[str, Telling]]:
    """Return which mails told the day, with the checksum that each knew, oldest first.

    A digest tells the days of its own billing period and of the one before.
    """
    ledger, period = Ledger(store), Period.of(day)
    listed = [
        item
        for month in (period, period.next)
        for item in await store.list(digest_claims_of_month(month))
    ]
    claims = await each(lambda item: ledger.read(item.key, Claim), listed)
    found = [
        (told.sha256, _telling(item.key, entry.doc))
        for item, entry in zip(listed, claims, strict=True)
        if entry and entry.doc.state in TOLD and (told := (entry.doc.told or {}).get(day))
    ]
    return sorted(found, key=lambda pair: pair[1].at)


def _telling(key: str, claim: Claim) -> Telling:
    name = key.rpartition("/")[2].removesuffix(".json")
    reported = date.fromisoformat(name[:10])
    return Telling(name, reported, claim.state.value, claim.at, claim.recipients)


def _changes(before: DayVersion, after: DayVersion, metric: str) -> Iterator[Change]:
    was, now = _by_ou(before, metric), _by_ou(after, metric)
    for ou_path, currency in sorted({*was, *now}):
        key, none = (ou_path, currency), Decimal(0)
        change = Change(ou_path, currency, was.get(key, none), now.get(key, none))
        if change.amount:
            yield change


def _by_ou(version: DayVersion, metric: str) -> dict[tuple[str, str], Decimal]:
    return {
        (ou_path, part.currency): part.metric(metric)
        for ou_path, parts in version.by_ou.items()
        for part in parts
    }


def _why(before: DayVersion | None, version: DayVersion, run: RunRecord | None) -> str:
    """Say what brought a version about: the delivery it is from, and who asked for the run."""
    delivered = version.source_version.partition("/")[0]
    if version.adopted:
        cause = "adopted: it was archived before Daybook, from a delivery that is not known"
    elif before is None:
        cause = f"first archived, from the delivery of {delivered}"
    elif version.source_version.rpartition("/")[0] != before.source_version.rpartition("/")[0]:
        cause = f"AWS delivered the export anew, {delivered}"
    else:
        cause = (
            "the same delivery, read again: accounts are in other OUs, or the configuration or "
            "the release is another"
        )
    if run and run.batch:
        return f"{cause}; asked for by {run.batch.requested_by}: {run.batch.reason}"
    return cause


def _plain(parts: Sequence[Amounts]) -> list[dict[str, Any]]:
    return [part.model_dump(mode="json", exclude_none=True) for part in parts]
