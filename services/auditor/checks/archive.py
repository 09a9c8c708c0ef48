"""Each day has exactly one object, and it is the one that the ledger says."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from services.auditor.checks.padded import padded, padded_day
from services.auditor.finding import Finding, of_a_backfill
from services.auditor.listed import Listed
from shared.day_record import DayVersion
from shared.locations import breakdown_key, day_of_partition, outlook_key
from shared.ports import ObjectInfo

UNSIGNED = "its object has no checksum: no worker wrote it"
ADOPTED = "its object is not the one that was adopted"
WAITS = timedelta(days=10)
"""How long a tick waits for an export that is late (services/query/readiness.py)."""


def check(listed: Listed) -> Iterator[Finding]:
    """Look at every day from the first on, and at what belongs to none."""
    for day in listed.expected():
        yield from _day(listed, day)
    for item in listed.objects:
        place = day_of_partition(item.key)
        if place is None:
            yield _in_no_place(listed, item)
        elif place in listed.strays:
            yield _stray(listed, item, place)
    for item in listed.outlooks:
        yield from _outlook(listed, item, day_of_partition(item.key))


def _in_no_place(listed: Listed, item: ObjectInfo) -> Finding:
    if day := padded_day(item.key):
        return padded(item, day, listed.by_day.get(day, ()))
    return _extra(listed, item, None)


def _outlook(listed: Listed, item: ObjectInfo, day: date | None) -> Iterator[Finding]:
    if day is None or item.key != outlook_key(day):
        yield _extra(listed, item, day, "the day's own outlook" if day else "")
    elif day in listed.strays:
        yield _stray(listed, item, day)


def _day(listed: Listed, day: date) -> Iterator[Finding]:
    record, items = listed.records.get(day), listed.by_day.get(day, ())
    own = listed.own_object(day)
    if not items and day in listed.unread.days:
        return  # said of its record, which has to come back first
    if not items:
        yield _gone(day) if record else _never_run(listed, day)
    elif own is None:
        yield from _undecided(day, items, record)
    else:
        beside = f"{own.key}, which is the day's own by the ledger"
        yield from (_extra(listed, item, day, beside) for item in items if item != own)
        if record:
            yield from _altered(listed, day, record, own)


def _undecided(
    day: date, items: Sequence[ObjectInfo], record: DayVersion | None
) -> Iterator[Finding]:
    """Name them all, and none to be removed: it could be the day itself."""
    why = "has the bytes of none of them" if record else "does not say which is the day's own"
    yield Finding(
        kind="second-object",
        day=day,
        found=f"{', '.join(item.key for item in items)} lie in its place, and the ledger {why}",
        remedy="Look into each, leave the one that is the day's own and move the others out of "
        "ou-breakdowns/, then daybook audit",
    )
    if record and any(item.key == breakdown_key(day) for item in items):
        yield of_a_backfill("object-altered", day, "no object of it is the one in the ledger")


def _gone(day: date) -> Finding:
    return of_a_backfill("object-gone", day, "the ledger knows the day and its object is gone")


def _never_run(listed: Listed, day: date) -> Finding:
    delayed = f"ledger/digests/{day}/{day}-delayed-"
    waits = any(key.startswith(delayed) for key in (*listed.claims, *listed.unreadable))
    if waits and listed.now.date() <= day + WAITS:
        return Finding(
            kind="day-never-run",
            day=day,
            found="the export does not hold the day yet, and its tick still waits",
            remedy="Look at the export; nothing else until the tick gives up",
        )
    return of_a_backfill("day-never-run", day, "neither the ledger nor the archive has the day")


def _extra(listed: Listed, item: ObjectInfo, day: date | None, beside: str = "") -> Finding:
    where = f"lies beside {beside}" if beside else "lies in the partition of no day"
    return Finding(
        kind="second-object",
        day=day,
        found=f"{item.key} {where}",
        remedy=f"aws s3 rm s3://{listed.bucket}/{item.key} (the bucket keeps its versions), "
        "then daybook audit",
    )


def _stray(listed: Listed, item: ObjectInfo, day: date) -> Finding:
    """Of a day that nothing of Daybook names: most likely a wrong year or month in its key."""
    remedy = f"aws s3 rm s3://{listed.bucket}/{item.key} (the bucket keeps its versions)"
    if day > listed.now.date():
        found = f"{item.key} is of a day that is still to come"
    else:
        found = f"{item.key} is of a day that no run has named, with no other day near"
        remedy += ", or, if it is of that day, daybook adopt --currency CODE --yes"
    return Finding(
        kind="stray-object", day=day, found=found, remedy=f"{remedy}; then daybook audit"
    )


def _altered(listed: Listed, day: date, record: DayVersion, own: ObjectInfo) -> Iterator[Finding]:
    said, ours = own.metadata.get("sha256"), record.sha256
    holds = listed.contents[day].sha256 if listed.contents and day in listed.contents else None
    if said is None and not record.adopted:
        yield of_a_backfill("object-altered", day, UNSIGNED)
    elif said not in (None, ours):
        yield of_a_backfill("object-altered", day, "its object is not the one in the ledger")
    elif holds not in (None, ours):
        yield _lying(listed, day, own) if said else of_a_backfill("object-altered", day, ADOPTED)


def _lying(listed: Listed, day: date, own: ObjectInfo) -> Finding:
    """Who rewrites a day believes the checksum beside it: the object has to go first."""
    return Finding(
        kind="object-altered",
        day=day,
        found="the bytes of its object are not those of its checksum",
        remedy=f"aws s3 rm s3://{listed.bucket}/{own.key} (the bucket keeps its versions), then "
        f"daybook audit --repair",
    )
