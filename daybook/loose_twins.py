"""Refuses loose files that hold the same lines twice: a copy, or two deliveries of one bill.

A line of a Cost and Usage Report has an id in its delivery, so one line that two files share is
refused. FOCUS has none, and two charges may be alike in every column: what is refused is a file of
whose different lines half or more are in another. Two files of one delivery do not come near that.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import reduce
from pathlib import Path

import duckdb

from services.query.columns import Found, find_columns, plain_name, quoted
from services.query.export_files import columns_of, read_files
from services.query.sources import SourceFormat
from shared.days import Period
from shared.errors import InputError

LINE = ("identity_line_item_id", "identity_time_interval", "line_item_line_item_type")
"""What a line is told by; usage that a plan covers and its negation are two, whatever their id."""
REMEDY = "Give the one that counts as --source"
SHARED_ID = """
    SELECT min(file), max(file) FROM keys WHERE line IS NOT NULL
    GROUP BY line HAVING min(file) <> max(file) ORDER BY 1, 2 LIMIT 1
"""
SHARED_HALF = """
    WITH once AS MATERIALIZED (SELECT DISTINCT line, file FROM keys),
    sizes AS (SELECT file, count(*) AS lines FROM once GROUP BY file),
    pairs AS (
        SELECT a.file AS one, b.file AS other, count(*) AS shared
        FROM once a JOIN once b ON a.line = b.line AND a.file < b.file GROUP BY 1, 2
    )
    SELECT one, other FROM pairs
    JOIN sizes a ON a.file = one JOIN sizes b ON b.file = other
    WHERE 2 * shared >= least(a.lines, b.lines) ORDER BY 1, 2 LIMIT 1
"""


def refuse_copies(files: Iterable[Path]) -> None:
    """Raise InputError for two files of the same bytes; only files of one size are read."""
    sizes: dict[int, list[Path]] = defaultdict(list)
    for file in files:
        sizes[file.stat().st_size].append(file)
    for alike in sizes.values():
        known: dict[str, Path] = {}
        for file in alike if len(alike) > 1 else ():
            first = known.setdefault(_checksum(file), file)
            if first is not file:
                raise InputError(file, f"is the same file as {first}", REMEDY)


def refuse_shared_lines(
    source: SourceFormat, period: Period, parts: Mapping[Path, Path], folder: Path
) -> None:
    """Raise InputError for two files that share lines of a period.

    `parts` has each file's part of the period. Lines are compared by 64 bits each, which DuckDB
    may put down in `folder`.
    """
    if len(parts) == 1:
        return
    with duckdb.connect(config={"temp_directory": str(folder)}) as db:
        read = [read_files(db, source, [part]) for part in parts.values()]
        ids = [_line_id(part, rows) for part, rows in zip(parts.values(), read, strict=True)]
        by_id = all(ids)
        lines = [line if by_id else _whole(rows) for line, rows in zip(ids, read, strict=True)]
        keys = [
            rows.project(f"{line} AS line, {number} AS file")
            for number, (line, rows) in enumerate(zip(lines, read, strict=True))
        ]
        reduce(lambda a, b: a.union(b), keys).create_view("keys")
        shared = db.execute(SHARED_ID if by_id else SHARED_HALF).fetchall()
    for pair in shared:
        one, other = (list(parts)[number] for number in pair)
        raise InputError(other, f"has lines of {period} that {one} has as well", REMEDY)


def _line_id(file: Path, rows: duckdb.DuckDBPyRelation) -> str:
    """Return the expression that tells a line from every other; empty when the file has no ids."""
    line_id, interval, kind = find_columns(file, columns_of(rows), LINE)
    if line_id is None or interval is None:
        return ""
    there = [column for column in (line_id, interval, kind) if column]
    return f"CASE WHEN {_text(line_id)} <> '' THEN {_hashed(there)} END"


def _whole(rows: duckdb.DuckDBPyRelation) -> str:
    """Return the expression that tells a line from those that differ in any column."""
    return _hashed(sorted(columns_of(rows), key=lambda column: plain_name(column[0])))


def _hashed(columns: Iterable[Found]) -> str:
    return f"hash({', '.join(map(_text, columns))})"


def _text(column: Found) -> str:
    """Return the expression for a column as text: a CSV has nothing else."""
    return f"CAST({quoted(column[0])} AS VARCHAR)"


def _checksum(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
