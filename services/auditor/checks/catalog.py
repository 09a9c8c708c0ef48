"""Each day has its partition in Glue, which points to where the day lies."""

from collections.abc import Iterator
from datetime import date

from services.auditor.finding import Finding, of_a_backfill
from services.auditor.listed import (
    BREAKDOWN_TABLE,
    OUTLOOK_TABLE,
    Listed,
    Table,
    Values,
    day_of,
    values_of,
)


def check(listed: Listed) -> Iterator[Finding]:
    """Look at both tables, from the days to the partitions and back."""
    archived = listed.records.keys() | listed.by_day.keys()
    for table, days in ((BREAKDOWN_TABLE, archived), (OUTLOOK_TABLE, listed.with_outlook)):
        there = listed.partitions.get(table, {})
        for day in sorted(days):
            if day not in listed.strays and not listed.unvouched(day):  # said of the object
                yield from _day(listed, table, day, there.get(values_of(day)))
        for values in sorted(there.keys() - {values_of(day) for day in days}):
            yield from _empty(listed, table, values)


def _day(listed: Listed, table: Table, day: date, place: str | None) -> Iterator[Finding]:
    right = listed.place(table, day)
    if place is None:
        yield of_a_backfill("partition-gone", day, f"{table} has no partition of it")
    elif place.rstrip("/") != right.rstrip("/"):
        found = f"its partition of {table} points to {place}, not {right}"
        yield of_a_backfill("partition-elsewhere", day, found)


def _empty(listed: Listed, table: Table, values: Values) -> Iterator[Finding]:
    """Judge a partition without an object; that a day is lost is said of the day itself."""
    day = day_of(values)
    if table == OUTLOOK_TABLE and day and day in listed.by_day:
        yield of_a_backfill("outlook-gone", day, "it has a partition of ou_outlook and no object")
    elif day is None or not listed.expects(day):
        yield Finding(
            kind="partition-empty",
            day=day,
            found=f"{table} has a partition {'/'.join(values)}, and there is nothing in it",
            remedy=f"aws glue delete-partition --database-name finops_db --table-name {table} "
            f"--partition-values {' '.join(values)}, then daybook audit",
        )
