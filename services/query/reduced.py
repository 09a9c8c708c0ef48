"""Reduces an export to few lines that add up to the same, and queries those.

A query service scans the export once and returns its line view added up over all that is no
amount: a hundredth of the rows, from which every statement of `sql/` gives what it gives from the
lines themselves. Held by the tests of the statements, which run on both.
"""

from functools import cache, lru_cache
from pathlib import Path

import duckdb
from sqlglot import exp

from services.query.columns import Found, quoted
from services.query.embedded import EmbeddedQuery
from services.query.export_files import OpenExport
from services.query.parquet_shape import Columns, Shape
from services.query.sources import MONEY, TEXT, Column, SourceFormat, read_sql
from services.query.statements import lines_of, parsed, reading
from shared.breakdown import METRICS
from shared.days import Period

COUNT = "line_count"
ATHENA_TYPES = {"VARCHAR": "varchar", "MAP(VARCHAR, VARCHAR)": "map(varchar, varchar)"}


def reduced(source: SourceFormat, period: Period, export: exp.Query) -> exp.Query:
    """Return the query, in Athena's dialect, that adds up an export's lines of a period.

    `export` is a query that returns the source's columns.
    """
    lines = reading(lines_of(source, period), "export", export)
    names = lines.named_selects
    keys = [name for name in names if name not in METRICS]
    sums = [f"sum({name}) AS {name}" for name in names if name in METRICS]
    view = lines.subquery("lines")
    return (
        exp.select(*keys, *sums, f"count(*) AS {COUNT}", dialect="athena")
        .from_(view)
        .group_by(*keys)
    )


@cache
def over_reduced(name: str) -> str:
    """Return a statement of `sql/`, for DuckDB, over reduced lines."""
    query = parsed(read_sql(name))
    for count in list(query.find_all(exp.Count)):
        count.replace(exp.cast(exp.Sum(this=exp.column(COUNT)), "bigint"))
    return query.sql(dialect="duckdb", comments=False)


def unload(sql: str, place: str) -> str:
    """Return the statement that writes a query's result to a place in S3, which must be empty."""
    to = exp.Literal.string(place).sql(dialect="athena")
    return f"UNLOAD ({sql}) TO {to} WITH (format = 'PARQUET', compression = 'SNAPPY')"


def selected(source: SourceFormat, found: Columns, table: str) -> exp.Select:
    """Return the query that gives a table's columns as the source declares them."""
    columns = [
        f"{_typed(column, its)} AS {column.name}"
        for column, its in zip(source.columns, found, strict=True)
    ]
    return exp.select(*columns, dialect="athena").from_(table, dialect="athena")


def _typed(column: Column, found: Found | None) -> str:
    kind = ATHENA_TYPES.get(column.kind, column.kind.lower())
    if found is None or (found[1] == "int" and column.kind not in (MONEY, TEXT)):
        return f"CAST(NULL AS {kind})"
    name = quoted(found[0].lower())
    return name if found[1] in ("string", "map<string,string>") else f"CAST({name} AS {kind})"


@lru_cache(maxsize=16)
def _no_lines(source: SourceFormat, period: Period) -> str:
    """Return the query, for DuckDB, that gives reduced lines with their types, and none of them."""
    nothing = selected(source, (None,) * len(source.columns), "(SELECT 1 LIMIT 0) AS nothing")
    return reduced(source, period, nothing).sql(dialect="duckdb", comments=False)


class ReducedQuery(EmbeddedQuery):
    """Daybook's queries over reduced lines, as Parquet files hold them."""

    def __init__(
        self, source: SourceFormat, shape: Shape, period: Period, files: list[Path]
    ) -> None:
        """Open the files; `shape` is that of the export that they were reduced from."""
        self._source = source
        self._period = period
        self._db = duckdb.connect()
        self._db.execute("SET TimeZone = 'UTC'")
        lines = self._db.sql(_no_lines(source, period))
        if files:
            types = zip(lines.columns, lines.types, strict=True)
            columns = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in types)
            found = self._db.read_parquet([str(file) for file in files], hive_partitioning=False)
            lines = lines.union(found.project(columns))
        lines.create_view("lines")
        self._export = OpenExport(lines, shape.lacking, shape.files)

    def _run(self, name: str) -> duckdb.DuckDBPyRelation:
        return self._db.sql(over_reduced(name))
