"""Bytes that a query service is paid for: a query per period, and one per day (point 2).

`python -m benchmarks.scan [--lines N]`. Arithmetic on Parquet footers: Athena charges for the
compressed chunks of the columns that a query names, in whole megabytes, ten at least per query
(Amazon Athena pricing). A query of one day reads the same chunks, unless the file's statistics
exclude them, which they do not where lines lie in no order of days.
"""

import argparse
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.lines import month
from benchmarks.query import needed
from benchmarks.section import Section, goal, ratio
from services.query.scan import LEAST, MEGABYTE

DATE = "line_item_usage_start_date"
DAYS = tuple(date(2026, 5, day) for day in range(1, 32))
YEAR = 365
MONTHS = 12
GOAL = 25
Chunk = tuple[date, date, int]
"""The first and last day of a row group, and the bytes of its needed columns."""


def chunks(files: Iterable[Path], columns: Collection[str]) -> Iterator[Chunk]:
    """Yield each row group of the files, from their footers."""
    for file in files:
        footer = pq.ParquetFile(file).metadata
        for number in range(footer.num_row_groups):
            group = footer.row_group(number)
            its = [group.column(n) for n in range(group.num_columns)]
            size = sum(
                c.total_compressed_size for c in its if c.path_in_schema.split(".")[0] in columns
            )
            (dated,) = [c for c in its if c.path_in_schema == DATE]
            yield dated.statistics.min.date(), dated.statistics.max.date(), size


def charged(size: int) -> int:
    """Return the bytes that a query is charged with."""
    return max(LEAST, -(-size // MEGABYTE)) * MEGABYTE


def section(lines: int) -> Section:
    """Add up what is read of a month, of one query per day, and of a year."""
    made = month(lines)
    columns = needed(made)
    groups = list(chunks(made.files, columns))
    period = sum(size for *_, size in groups)
    days = [sum(size for first, last, size in groups if first <= day <= last) for day in DAYS]
    by_day, every = sum(days), sum(size for *_, size in chunks(made.files, _all(made.files)))
    year = YEAR / len(DAYS) * by_day
    per_period, per_day = charged(period), sum(map(charged, days)) / len(DAYS)
    rows = [
        ("all columns of the month", f"{every:,}", ratio(every, period)),
        ("**one query of the period**", f"**{period:,}**", "**1**"),
        ("one query per day, all 31 days", f"{by_day:,}", ratio(by_day, period)),
        ("**a year's backfill, twelve period queries**", f"**{MONTHS * period:,}**", "**1**"),
        ("a year's backfill, 365 day queries", f"{year:,.0f}", ratio(year, MONTHS * period)),
    ]
    share = period / every
    notes = [
        f"{made.lines:,} lines; the {len(columns)} needed columns are {share:.1%} of the bytes",
        goal(f"at least {GOAL} times fewer bytes for a month", met=by_day >= GOAL * period),
        goal(f"at least {GOAL} times fewer for a year", met=year >= GOAL * MONTHS * period),
        f"charged per day: {per_period / 31:,.0f} bytes by period, {per_day:,.0f} by day",
        "files in the order of days would save day queries most of it: AWS does not promise one",
    ]
    figures = {"share": share, "period": period, "by_day": by_day / period}
    header = ("what is scanned", "bytes", "ratio")
    command = f"python -m benchmarks.scan --lines {lines}"
    return Section("Bytes scanned", command, header, list(rows), notes, figures)


def _all(files: Iterable[Path]) -> set[str]:
    return {name for file in files for name in pq.read_schema(file).names}


def main() -> None:
    """Add up and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog="python -m benchmarks.scan --lines 10000000"
    )
    parser.add_argument("--lines", type=int, default=1_000_000)
    print(section(parser.parse_args().lines).markdown())


if __name__ == "__main__":
    main()
