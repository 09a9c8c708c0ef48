"""What columns a delivery's Parquet files have, read from their ends: no file is fetched."""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from services.query.columns import Found, count_lacking, source_columns
from services.query.export import Export
from services.query.manifest import Delivery
from services.query.sources import MAP, MONEY, TEXT, TIMESTAMP, SourceFormat
from shared.errors import InputError

Columns = tuple[Found | None, ...]
"""A source's columns in its order, as a file has them; None for those that it lacks."""
MAGIC = b"PAR1"
LENGTH = 8
"""Bytes at a file's very end: the length of the metadata before them, and the magic."""
GUESS = 64 * 1024
"""Bytes that hold the metadata of most files."""
REMEDY = "Set the export's format to Parquet, or `engine: duckdb`"
READABLE = {
    TEXT: ("string", "int", "bigint"),
    MONEY: ("double", "decimal", "int", "bigint"),
    TIMESTAMP: ("timestamp", "date", "int"),
    MAP: ("map<string,string>", "int"),
}
"""The table types that give the same values in Athena as in the embedded engine, by kind. A column
without any value may be written as one of `int`."""


@dataclass(frozen=True)
class AlikeFiles:
    """Files that have the source's columns with the same names and types, by path."""

    columns: Columns
    files: tuple[str, ...]


@dataclass(frozen=True)
class Shape:
    """A delivery's files by their columns; `lacking` counts the files that lack a column."""

    alike: tuple[AlikeFiles, ...]
    lacking: Mapping[str, int]
    files: int


async def shape_of(export: Export, source: SourceFormat, delivery: Delivery) -> Shape:
    """Look at each file's metadata.

    Raises InputError for a file that is no Parquet, that lacks a required column, or has one of a
    type that Athena would not read as the embedded engine does.
    """
    alike: dict[Columns, list[str]] = {}
    wanted = [await _columns(export, source, path) for path in delivery.files]
    for path, columns in zip(delivery.files, wanted, strict=True):
        alike.setdefault(columns, []).append(path)
    return Shape(
        tuple(AlikeFiles(columns, tuple(files)) for columns, files in alike.items()),
        count_lacking(source, wanted),
        len(wanted),
    )


async def _columns(export: Export, source: SourceFormat, path: str) -> Columns:
    schema = _schema(path, await _metadata(export, path))
    columns = source_columns(source, path, [(f.name, table_type(f.type)) for f in schema])
    for column, found in zip(source.columns, columns, strict=True):
        if found and found[1].partition("(")[0] not in READABLE[column.kind]:
            raise InputError(
                path, f"has {found[0]} as {found[1]}", "Set `engine: duckdb`", where=column.name
            )
    return columns


async def _metadata(export: Export, path: str) -> bytes:
    """Return the end of a file that holds all its metadata."""
    end = await export.tail(path, GUESS)
    size = int.from_bytes(end[-LENGTH:-4], "little") + LENGTH
    if not end.endswith(MAGIC):
        raise InputError(path, "is no Parquet file, which is all that Athena is given", REMEDY)
    return end if len(end) >= size else await export.tail(path, size)


def _schema(path: str, metadata: bytes) -> pa.Schema:
    try:
        return pq.read_schema(pa.BufferReader(metadata))
    except (pa.ArrowException, OSError) as error:
        problem = f"is no Parquet file that can be read: {error}"
        raise InputError(path, problem, "Deliver the export again") from None


def table_type(kind: pa.DataType) -> str:
    """Return the type of a Glue column that holds an Arrow type; Arrow's own name if none does."""
    if pa.types.is_dictionary(kind):
        return table_type(kind.value_type)
    if pa.types.is_map(kind):
        return f"map<{table_type(kind.key_type)},{table_type(kind.item_type)}>"
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    named = {
        pa.types.is_string: "string",
        pa.types.is_large_string: "string",
        pa.types.is_float64: "double",
        pa.types.is_timestamp: "timestamp",
        pa.types.is_date32: "date",
        pa.types.is_int64: "bigint",
        pa.types.is_int32: "int",
        pa.types.is_null: "int",
    }
    return next((name for fits, name in named.items() if fits(kind)), str(kind))
