"""Control sums: what a day adds up to per account, service, charge type and currency, and rows.

The query worker has them from the export's lines by a query of their own (`sums.sql`); whoever
handles the day afterwards works them out anew from what it wrote or read, and stops the run when
they differ. Their digest travels in events; the sums themselves stay in S3 and are read only to
name what differs (decision 14).
"""

import hashlib
import io
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
from pyarrow import csv

from shared.breakdown import AMOUNT, METRICS
from shared.errors import MismatchError
from shared.event_data import ControlSums
from shared.money import plain
from shared.parquet import from_parquet
from shared.ports import ObjectStore

KEY = ["LinkedAccount", "Service", "ChargeType", "Currency"]
FIGURES = ["Rows", *METRICS.values()]
SUMS = pa.schema(
    [
        *((name, pa.string()) for name in KEY),
        ("Rows", pa.int64()),
        *((name, AMOUNT) for name in METRICS.values()),
    ]
)
_IN_ORDER = [(name, "ascending") for name in KEY]
_WHOLE = pa.compute.ScalarAggregateOptions(skip_nulls=False)


def sums_of(rows: pa.Table) -> pa.Table:
    """Add up rows of the breakdown exactly; a net cost that any row lacks is null."""
    counted = rows.append_column("Rows", pa.repeat(pa.scalar(1, pa.int64()), rows.num_rows))
    return _added(counted.select(SUMS.names))


def folded(parts: Iterable[pa.Table]) -> pa.Table:
    """Add up control sums, of the days of a month for example."""
    return _added(pa.concat_tables([SUMS.empty_table(), *parts]))


def digest(sums: pa.Table) -> str:
    """Return the SHA-256 of the sums as CSV, in order: it does not depend on a Parquet writer."""
    sink = io.BytesIO()
    csv.write_csv(in_order(sums), sink)
    return hashlib.sha256(sink.getvalue()).hexdigest()


def in_order(sums: pa.Table) -> pa.Table:
    """Return sums with their columns and rows in the one order."""
    return sums.select(SUMS.names).cast(SUMS).sort_by(_IN_ORDER).combine_chunks()


async def require_source(
    store: ObjectStore, said: ControlSums | None, found: pa.Table, where: str
) -> None:
    """Raise MismatchError, naming what differs, unless the source is said to have these sums.

    An older release said nothing.
    """
    if said is None or digest(found) == said.digest:
        return
    kept = await store.get(said.key)
    source = from_parquet(kept.body) if kept else None
    if source is None or digest(source) != said.digest:
        raise MismatchError(f"{where}: not what the export adds up to, and {said.key} is gone")
    require_equal(source, found, where)


def require_equal(source: pa.Table, found: pa.Table, where: str) -> None:
    """Raise MismatchError, with the key and both figures, when the sums are not the source's."""
    if in_order(source).equals(in_order(found)):
        return
    differences = list(_differences(_by_key(source), _by_key(found)))
    more = f"; and {len(differences) - 1} more differences" if len(differences) > 1 else ""
    raise MismatchError(f"{where}: {differences[0]}{more}")


def _added(parts: pa.Table) -> pa.Table:
    sums = parts.group_by(KEY).aggregate([(figure, "sum", _WHOLE) for figure in FIGURES])
    return in_order(sums.rename_columns([name.removesuffix("_sum") for name in sums.column_names]))


def _by_key(sums: pa.Table) -> dict[tuple[str, ...], dict[str, Any]]:
    return {tuple(row[name] for name in KEY): row for row in sums.to_pylist()}


def _differences(
    source: dict[tuple[str, ...], dict[str, Any]], found: dict[tuple[str, ...], dict[str, Any]]
) -> Iterator[str]:
    for key in sorted(source.keys() | found.keys()):
        for figure in FIGURES:
            theirs, ours = (_figure(sums.get(key), figure) for sums in (source, found))
            if theirs != ours:
                account, service, charge_type, currency = key
                yield (
                    f"account {account}, {service}, {charge_type}, {currency}: "
                    f"{figure} is {ours}, and {theirs} in the export"
                )


def _figure(row: dict[str, Any] | None, figure: str) -> str:
    """Write a figure as a reader is told of it; there may be no such key, or no such figure."""
    if row is None:
        return "not there"
    value = row[figure]
    if value is None:
        return "not stated"
    return str(value) if figure == "Rows" else plain(value)
