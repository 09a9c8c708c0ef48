"""Holds what is assessed against the archive: what was read, and what is written."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.archive import ArchivedTable
from shared.control_sums import require_source, sums_of
from shared.errors import MismatchError
from shared.events import ArchivedDay
from shared.money import HALF_UNIT, exact_sum, plain
from shared.outlook import outlook_rows
from shared.parquet import from_parquet
from shared.ports import ObjectStore


@dataclass(frozen=True)
class DayTotal:
    """What all accounts cost on a day, in the currency of the outlook."""

    day: date
    currency: str
    amount: Decimal


async def require_read(store: ObjectStore, said: ArchivedDay, table: ArchivedTable) -> None:
    """Raise MismatchError when a day as it was read is not what the export holds.

    Another object than the run's is a newer delivery's, and that one's run looks after it.
    """
    if table.sha256 == said.sha256:
        sums = await asyncio.to_thread(sums_of, table.rows)
        await require_source(store, said.sums, sums, f"{said.day} as it was assessed")


def require_outlook(body: bytes, day: date, totals: Iterable[DayTotal], *, rounded: bool) -> None:
    """Raise MismatchError unless the OUs' own costs add up to the month to date, per currency.

    `totals` are added up by day and not by OU; `rounded` says that amounts were converted.
    """
    spent: dict[str, list[Decimal]] = defaultdict(list)
    for total in totals:
        if total.day <= day:
            spent[total.currency].append(total.amount)
    rows = outlook_rows(from_parquet(body))
    for currency in sorted(spent.keys() | {row.currency for row in rows}):
        own = [row.own_month_to_date for row in rows if row.currency == currency]
        allowed = HALF_UNIT * len(own) if rounded else Decimal(0)
        _require(day, currency, exact_sum(own), exact_sum(spent[currency]), allowed)


def _require(day: date, currency: str, own: Decimal, spent: Decimal, allowed: Decimal) -> None:
    if exact_sum((own, spent.copy_negate())).copy_abs() > allowed:
        raise MismatchError(
            f"the outlook of {day}: month to date is {plain(own)} {currency}, "
            f"and {plain(spent)} in the archive"
        )
