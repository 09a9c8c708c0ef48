"""Reads what an object holds; never raises for one that is damaged: that is a finding."""

import pyarrow as pa

from services.auditor.listed import Assessment, Contents
from shared.adopted import is_adopted, with_adopted_columns
from shared.breakdown import amounts_of, with_every_column
from shared.control_sums import digest, sums_of
from shared.day_record import DayVersion
from shared.outlook import outlook_rows
from shared.parquet import from_parquet, sha256

DAMAGED = (pa.ArrowException, ArithmeticError, KeyError, OSError, TypeError, ValueError)
"""What reading raises of bytes that are no Parquet, or Parquet of something else."""


def contents_of(body: bytes, said: DayVersion | None) -> Contents:
    """Add an object up; `said` is the ledger's newest version, which knows an adopted currency."""
    checksum = sha256(body)
    try:
        rows = _rows(from_parquet(body), said)
        return Contents(checksum, rows.num_rows, amounts_of(rows), digest(sums_of(rows)))
    except DAMAGED as error:
        return Contents(checksum, trouble=first_line(error))


def assessment_of(body: bytes) -> Assessment:
    """Read an outlook's rows."""
    try:
        return Assessment(tuple(outlook_rows(from_parquet(body))))
    except DAMAGED as error:
        return Assessment(trouble=first_line(error))


def first_line(error: Exception) -> str:
    """Return what an error says, as short as a finding is."""
    return (str(error).splitlines() or [repr(error)])[0][:200]


def _rows(table: pa.Table, said: DayVersion | None) -> pa.Table:
    if not is_adopted(table):
        return with_every_column(table)
    currencies = [part.currency for part in said.totals] if said else []
    return with_adopted_columns(table, currencies[0] if currencies else "")
