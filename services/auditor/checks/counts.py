"""A query over the table counts the rows of each day that the ledger says.

The check of those who query the table: `SELECT year, month, day, COUNT(*) … GROUP BY`.
"""

from collections.abc import Iterator

from services.auditor.finding import Finding, of_a_backfill
from services.auditor.listed import Listed


def check(listed: Listed) -> Iterator[Finding]:
    """Compare each day; one without rows is not in the answer."""
    if listed.uncounted:
        yield Finding(
            kind="rows-uncounted",
            found=f"the table's rows could not be counted: {listed.uncounted}",
            remedy="Mend what it names, then daybook audit --full",
        )
    if listed.counted is None:
        return
    said = {day: record.rows for day, record in listed.records.items()}
    # Of days that were written meanwhile, what was counted may be of before.
    for day in sorted((said.keys() | listed.counted.keys()) - listed.restated):
        ours, theirs = said.get(day, 0), listed.counted.get(day, 0)
        if ours != theirs:
            found = f"a query counts {theirs} rows, and the ledger has {ours}"
            yield of_a_backfill("rows-by-query", day, found)
