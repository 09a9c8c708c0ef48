"""What each day's object holds is what the ledger says of it: rows, totals, control sums."""

from collections.abc import Iterator
from datetime import date

from services.auditor.checks.amounts import difference
from services.auditor.finding import Finding, of_a_backfill
from services.auditor.listed import Contents, Listed
from shared.day_record import DayVersion


def check(listed: Listed) -> Iterator[Finding]:
    """Compare; a light audit has read no object."""
    for day, held in sorted((listed.contents or {}).items()):
        if record := listed.records.get(day):
            yield from _day(day, held, record)


def _day(day: date, held: Contents, said: DayVersion) -> Iterator[Finding]:
    if held.trouble:
        yield of_a_backfill("object-altered", day, f"its object cannot be read: {held.trouble}")
        return
    if held.rows != said.rows:
        found = f"its object has {held.rows} rows, and {said.rows} in the ledger"
        yield of_a_backfill("rows-differ", day, found)
    if differs := difference(held.totals, said.totals):
        yield of_a_backfill("total-differs", day, f"its object has {differs} in the ledger")
    if held.sha256 == said.sha256 and said.sums and held.sums != said.sums:
        found = "its control sums are not those that the export's lines gave"
        yield of_a_backfill("source-differs", day, found)
