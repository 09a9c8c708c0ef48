"""The archived days that a dashboard shows, added up exactly by day, OU, service and account."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from services.notifier.report.charges import CREDIT, DISCOUNT, REFUND
from shared.breakdown import METRICS, states
from shared.days import Period

BLANK = "(blank)"
MONTHS_BEFORE = 6
"""Months before the run's own: with it at least 181 days."""
KEYS = ("OUPath", "Service", "LinkedAccount", "Currency", "Back")
TOLD_APART = (CREDIT, REFUND, DISCOUNT)


@dataclass(frozen=True)
class Cells:
    """Exact costs by day, OU, service, account and currency, and what the accounts are called."""

    table: pa.Table
    """Columns `Day` (date), those of `KEYS`, and `Cost`: exact decimals, as wide as they need.

    `Back` is the charge type of what was given back or taken off, and empty for all other.
    """
    names: dict[str, str]
    """Account names by account id, the newest that is known."""
    days: tuple[date, ...]
    """The days that are archived with the metric, in order."""


def window_of(day: date) -> tuple[Period, ...]:
    """Return the billing periods that a dashboard of `day` shows, oldest first.

    Whole months: a month to date needs its month from the first day on.
    """
    periods = [Period.of(day)]
    for _ in range(MONTHS_BEFORE):
        periods.append(periods[-1].previous)
    return tuple(reversed(periods))


def cells_of(day: date, rows: pa.Table, metric: str) -> Cells:
    """Add up one day's archived rows; no cells when they do not state the metric."""
    if not states(rows, metric):
        return joined([])
    amount = METRICS[metric]
    kinds = rows["ChargeType"]
    back = pc.if_else(pc.is_in(kinds, pa.array(TOLD_APART)), kinds, "")
    rows = rows.append_column("Back", back)
    summed = rows.group_by(list(KEYS)).aggregate([(amount, "sum")])
    columns = {
        "Day": pa.array([day] * summed.num_rows, pa.date32()),
        **{key: _named(summed[key]).dictionary_encode() for key in KEYS[:-1]},
        "Back": summed["Back"].combine_chunks().dictionary_encode(),
        "Cost": summed[f"{amount}_sum"],
    }
    named = rows.group_by("LinkedAccount").aggregate([("AccountName", "max")])
    ids, names = (named[name].to_pylist() for name in ("LinkedAccount", "AccountName_max"))
    return Cells(pa.table(columns), {i: n for i, n in zip(ids, names, strict=True) if n}, (day,))


def _named(column: pa.ChunkedArray) -> pa.Array:
    """Give what has no name one: the drill has no place for nothing."""
    texts = column.combine_chunks().cast(pa.string()).fill_null("")
    return pc.if_else(pc.equal(texts, ""), BLANK, texts)


def joined(parts: Iterable[Cells]) -> Cells:
    """Put days together, in the order given: a later day's account names hold."""
    known = [part for part in parts if part.days]
    if not known:
        return Cells(_SCHEMA.empty_table(), {}, ())
    names = {account: name for part in known for account, name in part.names.items()}
    table = pa.concat_tables([part.table for part in known]).unify_dictionaries()
    return Cells(table, names, tuple(day for part in known for day in part.days))


def in_currency(cells: Cells, currency: str) -> pa.Table:
    """Return the cells in one currency."""
    return cells.table.filter(pc.equal(cells.table["Currency"].cast(pa.string()), currency))


_TEXT = pa.dictionary(pa.int32(), pa.string())
_SCHEMA = pa.schema(
    [("Day", pa.date32()), *((key, _TEXT) for key in KEYS), ("Cost", pa.decimal128(38, 12))]
)
