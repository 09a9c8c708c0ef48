"""What Athena makes of an UNLOAD, worked out by DuckDB: no emulator can run one.

It is as strict as Athena where that can be known: a table's column must have the type that the
files have, names are lower case, and an empty result leaves no file.
"""

import io
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import sqlglot
from sqlglot import exp

from services.query.columns import quoted
from services.query.parquet_shape import table_type
from services.query.sources import KINDS

_UNLOAD = re.compile(
    r"UNLOAD \((.*)\) TO '(s3://[^']+/)' WITH \(format = 'PARQUET', compression = 'SNAPPY'\)",
    re.DOTALL,
)
DUCKDB_TYPES = {"string": "VARCHAR", "map<string,string>": KINDS["map"], "int": "INTEGER"}


class BadDataError(Exception):
    """Athena's HIVE_BAD_DATA: a file's column has another type than the table's."""


@dataclass(frozen=True)
class TableFiles:
    """A table's columns, names and types as Glue has them, and its files."""

    columns: Sequence[tuple[str, str]]
    files: Sequence[bytes]


def parse_unload(query: str) -> tuple[str, str]:
    """Return the query in an UNLOAD, and where its result goes; raise ValueError for any other."""
    found = _UNLOAD.fullmatch(query)
    if found is None:
        raise ValueError(f"not an UNLOAD as Daybook writes it: {query[:200]}")
    return found[1], found[2]


@lru_cache
def table_names(sql: str) -> set[str]:
    """Return the names of the catalog's tables that a query reads."""
    query = sqlglot.parse_one(sql, dialect="athena")
    made = {cte.alias for cte in query.find_all(exp.CTE)}
    return {table.name for table in query.find_all(exp.Table)} - made


def result_of(sql: str, tables: Mapping[str, TableFiles]) -> bytes | None:
    """Return the Parquet file that a query in Athena's dialect gives; None for an empty result."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        for name, table in tables.items():
            _open(db, table, Path(folder) / name).create_view(name)
        rows = db.sql(_as_duckdb(sql)).to_arrow_table()
    if not rows.num_rows:
        return None
    sink = io.BytesIO()
    pq.write_table(rows.rename_columns([name.lower() for name in rows.column_names]), sink)
    return sink.getvalue()


@lru_cache
def _as_duckdb(sql: str) -> str:
    """Translate; a double becomes a decimal by its shortest text, as in Trino."""
    query = sqlglot.parse_one(sql, dialect="athena")
    for cast in list(query.find_all(exp.Cast)):
        if cast.to.is_type("decimal") and isinstance(cast.this, exp.Column):
            cast.set("this", exp.cast(cast.this, "varchar"))
    return query.sql(dialect="duckdb")


def _open(
    db: duckdb.DuckDBPyConnection, table: TableFiles, folder: Path
) -> duckdb.DuckDBPyRelation:
    folder.mkdir()
    relations = []
    for number, body in enumerate(table.files):
        file = folder / f"{number}.parquet"
        file.write_bytes(body)
        there = {f.name.lower(): f for f in pq.read_schema(file)}
        columns = ", ".join(_read(name, kind, there.get(name)) for name, kind in table.columns)
        relations.append(db.read_parquet(str(file)).project(columns))
    every = relations[0]
    for relation in relations[1:]:
        every = every.union(relation)
    return every


def _read(name: str, kind: str, there: pa.Field | None) -> str:
    if there is None:
        return f"CAST(NULL AS {DUCKDB_TYPES.get(kind, kind)}) AS {quoted(name)}"
    if table_type(there.type) != kind:
        raise BadDataError(f"HIVE_BAD_DATA: {name} is {there.type}, not {kind}")
    return f"{quoted(there.name)} AS {quoted(name)}"
