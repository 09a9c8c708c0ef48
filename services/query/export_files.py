"""Opens an export's files in DuckDB as one relation with the columns of its source."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import duckdb

from services.query.columns import Found, count_lacking, quoted, source_columns
from services.query.sources import MAP, MONEY, TEXT, Column, SourceFormat
from shared.errors import InputError
from shared.money import SCALE

AMOUNT = r"[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?"
"""What is an amount in text: DuckDB's own cast also takes `1_000` and blanks around a number."""
PARQUET, GZIP, ZIP = b"PAR1", b"\x1f\x8b", b"PK\x03\x04"


@dataclass(frozen=True)
class OpenExport:
    """The files as one relation; `lacking` counts by column the files that do not have it."""

    relation: duckdb.DuckDBPyRelation
    lacking: Mapping[str, int]
    files: int


def open_export(
    db: duckdb.DuckDBPyConnection, source: SourceFormat, files: list[Path]
) -> OpenExport:
    """Open the files; raise InputError for one that cannot be read or lacks a required column."""
    # Only files that have the same columns, spelled alike, are read together: else one would lend
    # its columns to another, or hide the other's that are spelled differently.
    alike: dict[tuple[bytes, tuple[Found | None, ...]], list[Path]] = {}
    wanted = [source_columns(source, f, columns_of(read_files(db, source, [f]))) for f in files]
    for file, columns in zip(files, wanted, strict=True):
        alike.setdefault((_kind(file), columns), []).append(file)
    relations = [
        _projected(read_files(db, source, several), source, columns)
        for (_, columns), several in alike.items()
    ]
    lacking = count_lacking(source, wanted)
    return OpenExport(reduce(lambda a, b: a.union(b), relations), lacking, len(files))


def read_files(
    db: duckdb.DuckDBPyConnection, source: SourceFormat, files: list[Path]
) -> duckdb.DuckDBPyRelation:
    """Read files of one kind as they are, by name; a CSV's columns are all text."""
    names, kind = [str(file) for file in files], _kind(files[0])
    if kind == PARQUET:
        return db.read_parquet(names, union_by_name=True, hive_partitioning=False)
    return db.read_csv(
        names,  # type: ignore[arg-type]  # DuckDB takes a list; its stub says one name
        header=True,
        sep=",",
        quotechar='"',
        escapechar='"',
        all_varchar=True,
        union_by_name=True,
        hive_partitioning=False,
        na_values=[source.null_text] if source.null_text else None,
        compression="gzip" if kind == GZIP else "none",
    )


def columns_of(relation: duckdb.DuckDBPyRelation) -> list[Found]:
    """Return a relation's columns with their types."""
    return [(n, str(kind)) for n, kind in zip(relation.columns, relation.types, strict=True)]


def _kind(file: Path) -> bytes:
    """Tell Parquet, gzip and plain text apart by their first bytes: names can be wrong."""
    with file.open("rb") as stream:
        head = stream.read(4)
    if head == ZIP:
        remedy = "Unpack it, or set the report's compression to GZIP or Parquet"
        raise InputError(file, "is a ZIP archive, which is not read", remedy)
    return next((magic for magic in (PARQUET, GZIP) if head.startswith(magic)), b"")


def _projected(
    relation: duckdb.DuckDBPyRelation, source: SourceFormat, columns: tuple[Found | None, ...]
) -> duckdb.DuckDBPyRelation:
    """Project to the source's columns: text is given its type, one that is lacking is null."""
    return relation.project(
        ", ".join(
            f"{typed(column, found)} AS {column.name}"
            for column, found in zip(source.columns, columns, strict=True)
        )
    )


def typed(column: Column, found: Found | None) -> str:
    """Return the expression for a column of its type; `found` is its name and type in the files."""
    kind = column.kind
    if found is None:
        return f"CAST(NULL AS {kind})"
    name = quoted(found[0])
    if found[1] == "VARCHAR":
        text = f"nullif({name}, '')" if kind != MONEY else _amount(name)
        json = "::JSON" if kind == MAP else ""
        return name if kind == TEXT else f"CAST({text}{json} AS {kind})"
    if kind == MONEY and found[1] == "DOUBLE":
        return _exact(name)
    if kind in (MONEY, TEXT):
        return f"CAST(CAST({name} AS VARCHAR) AS {kind})"
    return name


def _amount(name: str) -> str:
    """Return the expression for a text that is an amount; any other is one that no cast takes."""
    return (
        f"CASE WHEN {name} = '' THEN NULL WHEN regexp_full_match({name}, '{AMOUNT}') THEN {name} "
        f"ELSE 'not an amount: ' || {name} END"
    )


def _exact(name: str) -> str:
    """Return the expression for a double as the shortest decimal that reads back as it.

    That is what Athena's cast gives, and a cast by way of text. DuckDB's own multiplies by 10^12,
    which below 1000 is off by less than 0.25 (two roundings of 2^-53 each). So where the product
    is less than 0.25 from a whole number, that number is the decimal's as well; the rest takes the
    long way. docs/decisions/0037-doubles-become-decimals-the-short-way-where-it-is-proved.md
    """
    scaled = f"{name} * 1e{SCALE}"
    return (
        f"CASE WHEN {name} = 0 THEN CAST(0 AS {MONEY}) "
        f"WHEN abs({name}) < 1000 AND abs({scaled} - round({scaled})) < 0.25 "
        f"THEN CAST(CAST({name} AS DECIMAL(18,{SCALE})) AS {MONEY}) "
        f"ELSE CAST(CAST({name} AS VARCHAR) AS {MONEY}) END"
    )
