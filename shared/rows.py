"""Frozen dataclasses as the rows of a table: fields in the order of the table's columns."""

from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any, TypeVar

import pyarrow as pa

Row = TypeVar("Row")


def to_table(rows: Iterable[Any], schema: pa.Schema) -> pa.Table:
    """Return dataclasses as a table, in their order."""
    named = [dict(zip(schema.names, asdict(row).values(), strict=True)) for row in rows]
    return pa.Table.from_pylist(named, schema=schema)


def from_table(kind: type[Row], table: pa.Table, schema: pa.Schema) -> list[Row]:
    """Read the rows back, in their order.

    What a table written by an older release lacks has the field's default; TypeError without one.
    """
    names: Any = fields(kind)  # type: ignore[arg-type]
    columns = dict(zip((field.name for field in names), schema.names, strict=True))
    known = {name: column for name, column in columns.items() if column in table.column_names}
    return [
        kind(**{name: row[column] for name, column in known.items()}) for row in table.to_pylist()
    ]
