"""Each archived day is in the ledger, and what the ledger says adds up."""

from collections.abc import Iterator
from datetime import date

from services.auditor.checks.amounts import difference
from services.auditor.finding import Finding, of_a_backfill
from services.auditor.listed import Listed
from services.auditor.unreadable import day_in
from shared.money import add_amounts


def check(listed: Listed) -> Iterator[Finding]:
    """Look at every archived day, and at every record."""
    recorded = listed.records.keys() | listed.unread.days
    for day in sorted(listed.by_day.keys() - recorded - listed.strays):
        yield _gone(listed, day)
    for key in listed.unreadable:
        yield Finding(
            kind="ledger-unreadable",
            day=day_in(key),
            found=f"{key} is no record of the ledger",
            remedy=f"aws s3api list-object-versions --bucket {listed.bucket} --prefix {key}, "
            "and put the last good version in its place, then daybook audit",
        )
    for day, record in sorted(listed.records.items()):
        parts = [part for parts in record.by_ou.values() for part in parts]
        if differs := difference(record.totals, add_amounts(parts)):
            found = f"the ledger's total is {differs} as the sum of its OUs"
            yield of_a_backfill("total-differs", day, found)


def _gone(listed: Listed, day: date) -> Finding:
    """Of what no worker wrote the export may know nothing: a backfill has no say in it."""
    if len(listed.by_day[day]) > 1:
        return Finding(
            kind="ledger-gone",
            day=day,
            found="several objects lie in its place, and it is not in the ledger",
            remedy="Leave one object in its place (second-object names them), then daybook audit",
        )
    if listed.unvouched(day):
        return Finding(
            kind="ledger-gone",
            day=day,
            found="no worker wrote its object, and it is not in the ledger",
            remedy="daybook adopt --currency CODE --yes, with the code of its amounts",
        )
    found = "it is archived and not in the ledger; recorded anew, it has no history"
    return of_a_backfill("ledger-gone", day, found)
