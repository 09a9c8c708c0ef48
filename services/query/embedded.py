"""The embedded query engine: DuckDB over an export's local files, with Daybook's Athena SQL.

Sums are exact: every line is cast to decimal(38,12) before it is added. Days are UTC.
"""

from datetime import date
from pathlib import Path
from typing import Self

import duckdb
import pyarrow as pa
import sqlglot
from sqlglot import exp

from services.query.engine import Control
from services.query.sources import MAP, MONEY, SourceFormat, read_sql
from shared.days import Period
from shared.errors import InputError
from shared.money import Amounts

PARQUET, GZIP = b"PAR1", b"\x1f\x8b"


class EmbeddedQuery:
    """One billing period's files, open for Daybook's queries. Use as a context manager."""

    def __init__(self, source: SourceFormat, period: Period, files: list[Path]) -> None:
        """Open the files; raise InputError for one that cannot be read or lacks a column."""
        self._source = source
        self._period = period
        self._files = files
        self._db = duckdb.connect()
        self._db.execute("SET TimeZone = 'UTC'")
        self._open().create_view("export")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def control(self) -> Control:
        """Add up the lines themselves."""
        rows = self._run("control").fetchall()
        metered = [row[4] for row in rows if row[4]]
        return Control(
            lines=sum(row[1] for row in rows),
            totals=tuple(
                Amounts(currency=row[0], unblended=row[2], amortized=row[3]) for row in rows
            ),
            last_metered_day=max(metered, default=None),
            first_day=min((row[5] for row in rows), default=None),
            last_day=max((row[6] for row in rows), default=None),
            invoiced=any(row[7] for row in rows),
        )

    def stage(self, organization: pa.Table, folder: Path) -> dict[date, list[Path]]:
        """Write the breakdown as Parquet into `folder`, by day; returns each day's files."""
        self._db.register("organization", organization)
        folder.mkdir(parents=True)
        self._run("breakdown").to_parquet(
            str(folder),
            compression="snappy",
            partition_by=["staged_day"],
            write_partition_columns=False,
        )
        staged: dict[date, list[Path]] = {}
        for file in sorted(folder.rglob("*.parquet")):
            day = date.fromisoformat(file.parent.name.partition("=")[2])
            staged.setdefault(day, []).append(file)
        return staged

    def _run(self, name: str) -> duckdb.DuckDBPyRelation:
        statement = exp.expand(
            sqlglot.parse_one(read_sql(name), dialect="athena"), {"lines": self._lines()}
        )
        return self._db.sql(statement.sql(dialect="duckdb"))

    def _lines(self) -> exp.Query:
        """Return the source's line view, for this period."""
        dates = {"period_first": self._period.first, "period_last": self._period.last}

        def bind(node: exp.Expression) -> exp.Expression:
            if isinstance(node, exp.Column) and node.name in dates:
                return exp.cast(exp.Literal.string(dates[node.name].isoformat()), "date")
            return node

        lines = sqlglot.parse_one(self._source.sql, dialect="athena").transform(bind)
        if not isinstance(lines, exp.Query):
            raise TypeError(f"{self._source.name}.sql is not a query")
        return lines

    def _open(self) -> duckdb.DuckDBPyRelation:
        by_kind: dict[bytes, list[Path]] = {}
        for file in self._files:
            kind = _kind(file)
            self._require_columns(file, self._read(kind, [file]))
            by_kind.setdefault(kind, []).append(file)
        relations = [self._columns(self._read(kind, files)) for kind, files in by_kind.items()]
        first, *others = relations
        for other in others:
            first = first.union(other)
        return first

    def _read(self, kind: bytes, files: list[Path]) -> duckdb.DuckDBPyRelation:
        names = [str(file) for file in files]
        if kind == PARQUET:
            return self._db.read_parquet(names, union_by_name=True)
        return self._db.read_csv(
            names,  # type: ignore[arg-type]  # DuckDB takes a list; its stub says one name
            header=True,
            sep=",",
            quotechar='"',
            escapechar='"',
            all_varchar=True,
            union_by_name=True,
            compression="gzip" if kind == GZIP else "none",
        )

    def _require_columns(self, file: Path, relation: duckdb.DuckDBPyRelation) -> None:
        """Look at every file by itself: read together, one would lend its columns to another."""
        present = {name.lower() for name in relation.columns}
        for column in self._source.required:
            if column not in present:
                raise InputError(
                    file,
                    f"has no column {column}",
                    "Add it to the export's column selection (AWS Data Exports) and export again",
                    where=column,
                )

    def _columns(self, relation: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
        """Project to the source's columns: text is given its type, an optional column may lack."""
        present = {
            name.lower(): str(kind)
            for name, kind in zip(relation.columns, relation.types, strict=True)
        }
        wanted = self._source.required | self._source.optional
        return relation.project(
            ", ".join(_column(name, kind, present.get(name)) for name, kind in wanted.items())
        )


def _kind(file: Path) -> bytes:
    """Tell Parquet, gzip and plain text apart by their first bytes: names can be wrong."""
    with file.open("rb") as stream:
        head = stream.read(4)
    return next((magic for magic in (PARQUET, GZIP) if head.startswith(magic)), b"")


def _column(name: str, kind: str, found: str | None) -> str:
    if found is None:
        return f"CAST(NULL AS {kind}) AS {name}"
    if found != "VARCHAR":
        # A double means the shortest decimal that reads back as it, as in Athena; by text, since
        # DuckDB's own cast multiplies and is off in the last places of larger amounts.
        exact = f"CAST(CAST({name} AS VARCHAR) AS {kind}) AS {name}"
        return exact if kind == MONEY else name
    if kind == "VARCHAR":
        return name
    text = f"nullif({name}, '')"
    return f"CAST({text}{'::JSON' if kind == MAP else ''} AS {kind}) AS {name}"
