"""Queries what a query service unloaded: an export's lines, reduced."""

from pathlib import Path

import duckdb

from services.query.embedded import EmbeddedQuery
from services.query.export_files import OpenExport
from services.query.parquet_shape import Shape
from services.query.reduced import no_lines
from services.query.sources import SourceFormat
from shared.days import Period


class UnloadedQuery(EmbeddedQuery):
    """Daybook's queries over reduced lines, as Parquet files hold them."""

    def __init__(
        self, source: SourceFormat, shape: Shape, period: Period, files: list[Path]
    ) -> None:
        """Open the files; `shape` is that of the export that they were reduced from."""
        self._source = source
        self._period = period
        self._db = duckdb.connect()
        self._db.execute("SET TimeZone = 'UTC'")
        lines = self._db.sql(no_lines(source, period))
        if files:
            types = zip(lines.columns, lines.types, strict=True)
            columns = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in types)
            found = self._db.read_parquet([str(file) for file in files], hive_partitioning=False)
            lines = lines.union(found.project(columns))
        lines.create_view("lines")
        self._export = OpenExport(lines, shape.lacking, shape.files)
        self._reduced = True
