"""Every version of a day: when, how much, what changed, why, and who was told."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from daybook.metric import metric_of
from daybook.operate.documents import Documents, is_claim, needed
from daybook.operate.figures import costs
from daybook.operate.reach import archive, reached
from daybook.operate.versions import Change, History, Telling, Version
from shared.config import CostMetric
from shared.day_record import DayRecord, DayVersion
from shared.days import Period
from shared.digest_claim import Claim, ClaimState
from shared.errors import InputError
from shared.locations import (
    day_record_key,
    digest_claims_of_month,
    run_record_key,
)
from shared.ports import ObjectStore
from shared.run_record import RunRecord

TOLD = {ClaimState.SENT, ClaimState.UNKNOWN}
"""Not what a person found in no mail box, and gave up: the mail in its place says what it told."""


async def read_history(day: date, metric: CostMetric | None) -> History:
    """Read a day's history, by the configured metric if None.

    Raises InputError when nothing of the day was ever archived.
    """
    async with reached("s3") as (s3,):
        store = archive(s3)
        entry = await needed(store, day_record_key(day), DayRecord)
        if entry is None:
            where = f"s3://{store.bucket}/{day_record_key(day)}"
            problem = f"nothing of {day} was ever archived"
            if told := await _tellings(Documents(store), day):
                name = told[-1][1].name
                problem = f"the ledger's record of {day} is lost, which {name} has told"
            raise InputError(where, problem, f"Have it run: daybook replay {day}")
        return await history_of(store, entry.doc, await metric_of(s3, metric))


async def history_of(store: ObjectStore, record: DayRecord, metric: str) -> History:
    """Put a day's record together with the runs that wrote it and the mails that told it."""
    documents = Documents(store)
    tellings = await _tellings(documents, record.day)
    runs = await _runs(documents, record)
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
    lost = (told for sha256, told in tellings if _meant(record.versions, sha256, told.at) is None)
    unreadable = tuple(sorted(documents.unreadable))
    return History(record.day, metric, tuple(versions), tuple(lost), unreadable)


def _meant(versions: Sequence[DayVersion], sha256: str, at: datetime) -> DayVersion | None:
    """Return which version a mail of then told: a day may go back to bytes that it had before.

    It is the newest with these bytes that was there. Another may have come to be in force since:
    a digest tells what its run archived.
    """
    same = [version for version in versions if version.sha256 == sha256]
    there = [version for version in same if version.archived_at <= at]
    return max(there, key=lambda version: version.archived_at, default=same[0] if same else None)


async def _runs(documents: Documents, record: DayRecord) -> dict[str, RunRecord]:
    period = Period.of(record.day)
    keys = dict.fromkeys(run_record_key(version.run, period) for version in record.versions)
    found = await documents.read_all(keys, RunRecord)
    return {run.run: run for run in found.values()}


async def _tellings(documents: Documents, day: date) -> list[tuple[str, Telling]]:
    """Return which mails told the day, with the checksum that each knew, oldest first.

    A digest tells the days of its own billing period and of the one before.
    """
    period = Period.of(day)
    listed = [
        key
        for month in (period, period.next)
        for key in await documents.keys(digest_claims_of_month(month))
    ]
    claims = await documents.read_all(filter(is_claim, listed), Claim)
    found = [
        (told.sha256, _telling(key, claim))
        for key, claim in claims.items()
        if claim.state in TOLD and (told := (claim.told or {}).get(day))
    ]
    return sorted(found, key=lambda pair: pair[1].at)


def _telling(key: str, claim: Claim) -> Telling:
    name = key.rpartition("/")[2].removesuffix(".json")
    reported = date.fromisoformat(name[:10])
    return Telling(name, reported, claim.state.value, claim.sent_at, claim.recipients)


def _changes(before: DayVersion, after: DayVersion, metric: str) -> Iterator[Change]:
    was, now = costs(before, metric), costs(after, metric)
    if was is None or now is None:
        return
    for ou_path, currency in sorted({*was, *now}):
        key, none = (ou_path, currency), Decimal(0)
        change = Change(ou_path, currency, was.get(key, none), now.get(key, none))
        if change.amount:
            yield change


def _why(before: DayVersion | None, version: DayVersion, run: RunRecord | None) -> str:
    """Say what brought a version about: the delivery it is from, and who asked for the run."""
    delivered = version.source_version.partition("/")[0]
    if version.adopted:
        cause = (
            "adopted: it was there before Daybook or its ledger, from a delivery that is not known"
        )
    elif before is None:
        cause = f"first archived, from the delivery of {delivered}"
    elif before.adopted:
        cause = f"the first delivery of it that the ledger knows, {delivered}"
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
