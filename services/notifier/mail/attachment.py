"""The CSV that comes with the digest: the day's archived rows, exact, safe in a spreadsheet."""

import csv
import io
from decimal import Decimal
from itertools import takewhile

import pyarrow as pa

from shared.breakdown import ARCHIVED, METRICS
from shared.control_sums import KEY, SUMS, require_equal, sums_of
from shared.errors import MismatchError
from shared.money import plain

FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""A cell that begins so is run as a formula by spreadsheets; the last four are the full-width forms
of the first four (OWASP, "CSV Injection")."""
ROWS = pa.schema([field for field in SUMS if field.name != "Rows"])
CONTROL = frozenset("\t\r\n")
"""A cell that begins so may be cut up, and what is left of it run."""


def breakdown_csv(table: pa.Table, metric: str) -> bytes:
    """Write the rows as UTF-8 with the archive's columns; all money as exact plain decimals.

    Raises MismatchError when the text does not add up to the table.
    """
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(ARCHIVED.names)
    rows = [row | {"DailyCost": row[METRICS[metric]]} for row in table.to_pylist()]
    writer.writerows([[_cell(row[name]) for name in ARCHIVED.names] for row in rows])
    text = sink.getvalue()
    _check(text, table, metric)
    return text.encode()


def harmless(text: str) -> str:
    """Disarm a text cell that a spreadsheet would run: an apostrophe makes it text.

    So is each part between semicolons, which much of Europe's spreadsheets cut a line at. Whoever
    takes one apostrophe away where the rest of a part would be disarmed has the text back.
    """
    return ";".join(f"'{part}" if _would_run(part) else part for part in text.split(";"))


def _would_run(text: str) -> bool:
    """Look behind apostrophes, white space, and what a spreadsheet drops, such as a NUL."""
    lead = [*takewhile(lambda c: c in " '" or not c.isprintable(), text)]
    return not CONTROL.isdisjoint(lead) or text[len(lead) :].startswith(FORMULA)


def _cell(value: object) -> str:
    if isinstance(value, Decimal):
        return plain(value)
    return "" if value is None else harmless(str(value))


def _check(text: str, table: pa.Table, metric: str) -> None:
    """Read the CSV as a reader will, and hold it against the table, key by key."""
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    if any(row["DailyCost"] != row[METRICS[metric]] for row in rows):
        raise MismatchError(f"the CSV: DailyCost is not {METRICS[metric]}")
    read = [
        {name: row[name] for name in KEY}
        | {name: Decimal(row[name]) if row[name] else None for name in METRICS.values()}
        for row in rows
    ]
    require_equal(_disarmed(sums_of(table)), sums_of(pa.Table.from_pylist(read, ROWS)), "the CSV")


def _disarmed(sums: pa.Table) -> pa.Table:
    """Return sums with their texts as the CSV has them."""
    for place, name in enumerate(KEY):
        texts = pa.array([harmless(text) for text in sums[name].to_pylist()], pa.string())
        sums = sums.set_column(place, name, texts)
    return sums
