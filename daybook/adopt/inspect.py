"""Reads one day of an archive that was there before, and refuses what is not one."""

import math
from datetime import UTC, date

import pyarrow as pa
import pyarrow.compute as pc

from shared.adopted import CONTRACT, is_adopted, with_adopted_columns
from shared.breakdown import ARCHIVED, amounts_by_ou, amounts_of, with_every_column
from shared.day_record import ADOPTED, DayVersion
from shared.errors import InputError
from shared.parquet import from_parquet, sha256
from shared.ports import StoredObject

RUN = "adopted"
"""The run of what no run wrote."""
VERSION = f"{ADOPTED}/adopted"
LAYOUT = (
    "Write it anew with BillingDate date, OU, Service and LinkedAccount string, and "
    "DailyCost double"
)
LARGEST = 1e25
"""Amounts from here on have no room in decimal(38,12)."""


def inspected(found: StoredObject, day: date, bucket: str, currency: str) -> DayVersion:
    """Return what the ledger is to say of a day's object.

    Raises InputError, naming object and column, when the object is not the day in that layout.
    """
    where = f"s3://{bucket}/{found.key}"
    try:
        table = from_parquet(found.body)
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(where, f"is not Parquet: {reason}", LAYOUT) from None
    rows = _rows(table, day, where, currency)
    return DayVersion(
        sha256=sha256(found.body),
        run=RUN,
        source_version=VERSION,
        archived_at=found.modified.astimezone(UTC),
        rows=rows.num_rows,
        totals=amounts_of(rows),
        by_ou=amounts_by_ou(rows),
        source="adopted",
    )


def _rows(table: pa.Table, day: date, where: str, currency: str) -> pa.Table:
    if not is_adopted(table):
        _require_columns(table, ARCHIVED.names[:12], where)
        _require_day(table, day, where)
        return with_every_column(table)
    _require_columns(table, CONTRACT.names, where)
    for field in CONTRACT:
        _require_type(table, field, where)
        if table[field.name].null_count:
            raise InputError(where, "has empty values", LAYOUT, where=field.name)
    _require_day(table, day, where)
    _require_amounts(table, where)
    return with_adopted_columns(table, currency)


def _require_columns(table: pa.Table, wanted: list[str], where: str) -> None:
    for name in wanted:
        if name not in table.column_names:
            raise InputError(where, "lacks the column", LAYOUT, where=name)


def _require_type(table: pa.Table, field: pa.Field, where: str) -> None:
    kind = table.schema.field(field.name).type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    alike = kind == field.type or (
        pa.types.is_large_string(kind) and pa.types.is_string(field.type)
    )
    if not alike:
        raise InputError(where, f"is {kind}, not {field.type}", LAYOUT, where=field.name)


def _require_day(table: pa.Table, day: date, where: str) -> None:
    for other in pc.unique(table["BillingDate"]).to_pylist():
        if other != day:
            raise InputError(
                where,
                f"holds {other}, and lies in the place of {day}",
                "Move its rows to their own day's object",
                where="BillingDate",
            )


def _require_amounts(table: pa.Table, where: str) -> None:
    for number, cost in enumerate(table["DailyCost"].to_pylist(), start=1):
        if not math.isfinite(cost) or abs(cost) >= LARGEST:
            raise InputError(where, f"is {cost} in row {number}", LAYOUT, where="DailyCost")
