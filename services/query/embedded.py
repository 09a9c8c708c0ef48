"""The embedded query engine: DuckDB over an export's local files, with Daybook's Athena SQL.

The lines are read and added up once; every statement of `sql/` then runs on what they were reduced
to (docs/decisions/0036-the-embedded-engine-adds-up-once.md).

Sums are exact: every line is cast to decimal(38,12) before it is added. Days are UTC.
"""

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

import duckdb
import pyarrow as pa

from services.query.engine import Control
from services.query.export_files import open_export
from services.query.reduced import over_reduced, reduced_here
from services.query.sources import SourceFormat
from services.query.statements import statement
from shared.days import Period
from shared.errors import MismatchError
from shared.money import Amounts, add_amounts, exact_sum
from shared.staging import InvoicedTotal

NAMED_TYPES = 20
"""Unknown line types that are counted by name; of more the others are counted together."""


class EmbeddedQuery:
    """One billing period's files, open for Daybook's queries. Use as a context manager."""

    def __init__(self, source: SourceFormat, period: Period, files: list[Path]) -> None:
        """Open the files; raise InputError for one that cannot be read or lacks a column."""
        self._source = source
        self._period = period
        self._db = duckdb.connect()
        self._db.execute("SET TimeZone = 'UTC'")
        self._export = open_export(self._db, source, files)
        self._export.relation.create_view("export")
        self._reduced = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def control(self) -> Control:
        """Add up the lines."""
        result = self._run("control")
        rows = [dict(zip(result.columns, row, strict=True)) for row in result.fetchall()]
        has_net = any(row["has_net"] for row in rows)
        types = {row["line_type"] for row in rows}
        return Control(
            lines=sum(row["line_count"] for row in rows),
            totals=add_amounts(_amounts(row, has_net=has_net) for row in rows),
            first_day=min((row["first_day"] for row in rows), default=None),
            last_day=max((row["last_day"] for row in rows), default=None),
            invoiced=any(row["is_invoiced"] for row in rows),
            unknown_types=_unknown_types(rows),
            notes=tuple(self._source.notes(self._export.lacking, self._export.files, types)),
            awaits_invoice=any(row["awaits_invoice"] for row in rows),
            invoices=_invoices(rows),
        )

    def stage(self, organization: pa.Table, folder: Path) -> dict[date, list[Path]]:
        """Write the breakdown as Parquet into `folder`, by day; returns each day's files."""
        self._db.register("organization", organization)
        return self._by_day("breakdown", folder)

    def sums(self, folder: Path) -> dict[date, list[Path]]:
        """Write the control sums as Parquet into `folder`, by day; returns each day's files."""
        return self._by_day("sums", folder)

    def last_hours(self) -> dict[date, int]:
        """Return the latest hour of usage of each day that has any."""
        hours = self._run("sums").aggregate('staged_day, max("LastHour")').fetchall()
        return {day: hour for day, hour in hours if hour is not None}

    def drivers(self, folder: Path) -> dict[date, list[Path]]:
        """Write what drives cost as Parquet into `folder`, by day; returns each day's files."""
        return self._by_day("drivers", folder)

    def _by_day(self, name: str, folder: Path) -> dict[date, list[Path]]:
        folder.mkdir(parents=True)
        self._run(name).to_parquet(
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
        if not self._reduced:
            self._reduce()
        return self._db.sql(over_reduced(name))

    def _reduce(self) -> None:
        """Make the table `lines`; raise MismatchError unless it holds what the export does."""
        self._db.execute(f"CREATE TABLE lines AS {reduced_here(self._source, self._period)}")
        exported = self._db.sql(statement("proof", self._source, self._period, "duckdb")).fetchall()
        reduced = self._db.sql(over_reduced("proof")).fetchall()
        if exported != reduced:
            raise MismatchError(f"the lines of {self._period} are {exported}, reduced {reduced}")
        self._reduced = True


def _amounts(row: dict[str, object], *, has_net: bool) -> Amounts:
    net = {name: row[name] if has_net else None for name in ("net_unblended", "net_amortized")}
    return Amounts.model_validate(
        {name: row[name] for name in ("currency", "unblended", "amortized")} | net
    )


def _invoices(rows: list[dict[str, Any]]) -> tuple[InvoicedTotal, ...]:
    """Add up the unblended cost of each invoice and currency."""
    found: dict[tuple[str, str], list[Decimal]] = {}
    for row in rows:
        if row["invoice_id"]:
            found.setdefault((row["invoice_id"], row["currency"]), []).append(row["unblended"])
    return tuple(
        InvoicedTotal(invoice=invoice, currency=currency, unblended=exact_sum(amounts))
        for (invoice, currency), amounts in sorted(found.items())
    )


def _unknown_types(rows: list[dict[str, object]]) -> dict[str, int]:
    """Count the lines of unknown types, most frequent first."""
    counts: Counter[str] = Counter()
    for row in rows:
        if not row["is_known"]:
            counts[str(row["line_type"])[:100] or "Unknown"] += int(str(row["line_count"]))
    named = dict(counts.most_common(NAMED_TYPES))
    others = counts.total() - sum(named.values())
    return named | ({"others": others} if others else {})
