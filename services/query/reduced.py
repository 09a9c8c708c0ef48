"""The SQL that reduces an export to few lines that add up to the same, and that queries those.

An engine scans the export once for its line view added up over all that is no amount: a hundredth
of the rows, from which every statement of `sql/` gives what it gives from the lines themselves.
"""

from functools import cache, lru_cache

from sqlglot import exp

from services.query.columns import Found, quoted
from services.query.parquet_shape import Columns
from services.query.sources import MONEY, TEXT, Column, SourceFormat, read_sql
from services.query.statements import lines_of, parsed, reading
from shared.breakdown import METRICS
from shared.days import Period

COUNT, HOUR = "line_count", "usage_hour"
ADDED = {*METRICS, "usage_amount"}
"""Columns of the line view that are amounts."""
ATHENA_TYPES = {"VARCHAR": "varchar", "MAP(VARCHAR, VARCHAR)": "map(varchar, varchar)"}


def reduced(source: SourceFormat, period: Period, export: exp.Query) -> exp.Query:
    """Return the query, in Athena's dialect, that adds up an export's lines of a period.

    `export` is a query that returns the source's columns.
    """
    lines = reading(lines_of(source, period), "export", export)
    names = lines.named_selects
    keys = [name for name in names if name not in ADDED and name != HOUR]
    sums = [f"sum({name}) AS {name}" for name in names if name in ADDED]
    sums.append(f"max({HOUR}) AS {HOUR}")
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
def reduced_here(source: SourceFormat, period: Period) -> str:
    """Return the query, for DuckDB, that adds up the lines of the table `export`."""
    return reduced(source, period, parsed("SELECT * FROM export")).sql("duckdb", comments=False)


@lru_cache(maxsize=16)
def no_lines(source: SourceFormat, period: Period) -> str:
    """Return the query, for DuckDB, that gives reduced lines with their types, and none of them."""
    nothing = selected(source, (None,) * len(source.columns), "(SELECT 1 LIMIT 0) AS nothing")
    return reduced(source, period, nothing).sql(dialect="duckdb", comments=False)
