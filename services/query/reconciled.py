"""Holds what was staged against the export: each day per key, and the days against the month."""

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from services.query.engine import QueryResult
from shared.breakdown import amounts_of, coverage
from shared.control_sums import SUMS, digest, in_order, require_equal, sums_of
from shared.errors import MismatchError
from shared.event_data import ControlSums
from shared.money import add_amounts
from shared.parquet import to_parquet
from shared.ports import ObjectStore
from shared.staging import StagedDay


async def reconciled_day(
    store: ObjectStore,
    prefix: str,
    day: date,
    keys: tuple[str, ...],
    *,
    rows: pa.Table,
    sums: pa.Table,
) -> StagedDay:
    """Describe a staged day, and keep the control sums below `prefix` for who comes after.

    `rows` are the staged objects' rows as they read back, `sums` what `sums.sql` gave for the day.
    Raises MismatchError when they differ.
    """
    source = in_order(sums)
    require_equal(source, sums_of(rows), f"the breakdown of {day}")
    key = f"{prefix}day={day}/sums.parquet"
    await store.put(key, to_parquet(source))
    accounts, services = coverage(rows)
    return StagedDay(
        day=day,
        keys=keys,
        rows=rows.num_rows,
        totals=amounts_of(rows),
        accounts=accounts,
        services=services,
        last_hour=pc.max(sums["LastHour"]).as_py(),
        lines=pc.sum(sums["Lines"]).as_py() or 0,
        sums=ControlSums(key=key, digest=digest(source)),
    )


def no_sums() -> pa.Table:
    """Return what `sums.sql` gives for a day without lines."""
    counted = SUMS.append(pa.field("Lines", pa.int64()))
    return counted.append(pa.field("LastHour", pa.int32())).empty_table()


def require_month(result: QueryResult) -> None:
    """Raise MismatchError unless the days add up to the month, which is summed without days."""
    broken_down = add_amounts(amounts for day in result.days for amounts in day.totals)
    if broken_down != result.control.totals:
        raise MismatchError(
            f"breakdown totals {broken_down} differ from the export's {result.control.totals}"
        )
    lines = sum(day.lines for day in result.days)
    if lines != result.control.lines:
        raise MismatchError(
            f"the days have {lines} lines, and {result.control.lines} are in the export"
        )
    if bare := [str(day.day) for day in result.days if day.sums is None]:
        raise MismatchError(f"{bare[0]} has no control sums")
