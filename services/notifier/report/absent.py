"""What a day that is not whole lacks: what had usage a week ago, and has none on it yet."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from services.notifier.report.accounts import called
from services.notifier.report.figures import Figures
from shared.breakdown import METRICS

MOST = 5
"""Names that a sentence lists; the others are counted."""
KINDS = (("OU", "OU", "OUs"), ("LinkedAccount", "account", "accounts"),
         ("Service", "service", "services"))  # fmt: skip
"""A column, and what a reader calls one and many of its values."""


def lacking(told: Figures, tables: Mapping[date, pa.Table]) -> tuple[str, ...]:
    """Say what a partial day lacks; nothing of any other."""
    return () if told.complete else absent(told.day, tables, told.metric)


def absent(day: date, tables: Mapping[date, pa.Table], metric: str) -> tuple[str, ...]:
    """Return sentences, one for each kind of thing; what cost most a week ago comes first.

    Empty where nothing lacks, or where the same weekday a week ago is not archived.
    """
    week_ago = day - timedelta(days=7)
    if week_ago not in tables:
        return ()
    before, now = _usage(tables[week_ago]), _usage(tables[day])
    names = _names(before)
    return tuple(
        _sentence(
            [called(each, names.get(each)) for each in gone],
            one if len(gone) == 1 else many,
            week_ago,
        )
        for column, one, many in KINDS
        if (gone := _gone(before, now, column, METRICS[metric]))
    )


def _usage(table: pa.Table) -> pa.Table:
    return table.filter(pc.equal(table["ChargeType"], "Usage"))


def _gone(before: pa.Table, now: pa.Table, column: str, cost: str) -> list[str]:
    """Order by the largest cost in one currency: they do not add up."""
    sums = before.group_by([column, "Currency"]).aggregate([(cost, "sum")])
    ordered = sums.sort_by([(f"{cost}_sum", "descending"), (column, "ascending")])
    there = set(now[column].to_pylist())
    return [name for name in dict.fromkeys(ordered[column].to_pylist()) if name not in there]


def _names(table: pa.Table) -> dict[str, str | None]:
    ids, names = (table[column].to_pylist() for column in ("LinkedAccount", "AccountName"))
    return dict(zip(ids, names, strict=True))


def _sentence(names: Sequence[str], what: str, week_ago: date) -> str:
    listed = ", ".join(names[:MOST])
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return (
        f"No usage yet of {len(names)} {what} that had some on {week_ago:%a %d %b}: {listed}{more}"
    )
