"""The table `finops_db.ou_breakdown`: its columns, its order, its totals.

Money is decimal(38,12) throughout; only the contract column DailyCost is a double: the exact
sum of the chosen metric, rounded once.
"""

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from shared.money import SCALE, Amounts, add_amounts, not_stated

AMOUNT = pa.decimal128(38, SCALE)
STAGED = pa.schema(
    [
        ("BillingDate", pa.date32()),
        ("OU", pa.string()),
        ("Service", pa.string()),
        ("LinkedAccount", pa.string()),
        ("AccountName", pa.string()),
        ("OUId", pa.string()),
        ("OUPath", pa.string()),
        ("ChargeType", pa.string()),
        ("UnblendedCost", AMOUNT),
        ("AmortizedCost", AMOUNT),
        ("Currency", pa.string()),
        ("NetUnblendedCost", AMOUNT),
        ("NetAmortizedCost", AMOUNT),
    ]
)
ARCHIVED = STAGED.insert(4, pa.field("DailyCost", pa.float64()))
ORDER = [
    (name, "ascending")
    for name in (
        "BillingDate",
        "OU",
        "Service",
        "LinkedAccount",
        "ChargeType",
        "Currency",
        "OUPath",
    )
]
METRICS = {
    "unblended": "UnblendedCost",
    "amortized": "AmortizedCost",
    "net_unblended": "NetUnblendedCost",
    "net_amortized": "NetAmortizedCost",
}
"""The column of each cost metric. The net ones are null where the export states no net costs."""


def archive_table(staged: pa.Table, metric: str) -> pa.Table:
    """Return a day's rows as they are archived: in a total order, with DailyCost rounded once.

    Raises InputError when the export does not state the metric.
    """
    rows = staged.select(STAGED.names).cast(STAGED).sort_by(ORDER)
    if not states(rows, metric):
        raise not_stated(metric, "the staged day")
    # Not by Arrow: its cast from decimal is off by one in the last place now and then.
    daily = pa.array([float(amount) for amount in rows[METRICS[metric]].to_pylist()], pa.float64())
    return rows.add_column(4, ARCHIVED.field("DailyCost"), daily).combine_chunks()


def states(table: pa.Table, metric: str) -> bool:
    """Say whether every row has the metric: an export may state no net costs."""
    return bool(table[METRICS[metric]].null_count == 0)


def with_every_column(archived: pa.Table) -> pa.Table:
    """Return an archived day with the net columns that a day written before them lacks."""
    for name in METRICS.values():
        if name not in archived.column_names:
            archived = archived.append_column(name, pa.nulls(archived.num_rows, AMOUNT))
    return archived


def amounts_of(table: pa.Table) -> tuple[Amounts, ...]:
    """Add up a table exactly, per currency."""
    return tuple(amounts for _, amounts in _grouped(table, ["Currency"]))


def amounts_by_ou(table: pa.Table) -> dict[str, tuple[Amounts, ...]]:
    """Add up a table exactly, per OU path and currency."""
    groups: dict[str, list[Amounts]] = {}
    for keys, amounts in _grouped(table, ["OUPath", "Currency"]):
        groups.setdefault(keys["OUPath"], []).append(amounts)
    return {ou: add_amounts(parts) for ou, parts in sorted(groups.items())}


def _grouped(table: pa.Table, keys: list[str]) -> Iterable[tuple[dict[str, str], Amounts]]:
    whole = pc.ScalarAggregateOptions(skip_nulls=False)
    sums = table.group_by(keys).aggregate([(column, "sum", whole) for column in METRICS.values()])
    for row in sums.sort_by([(key, "ascending") for key in keys]).to_pylist():
        amounts = {metric: row[f"{column}_sum"] for metric, column in METRICS.items()}
        yield row, Amounts(currency=row["Currency"], **amounts)


def coverage(table: pa.Table) -> tuple[int, int]:
    """Count the linked accounts and the services that have usage in a table."""
    usage = table.filter(pc.equal(table["ChargeType"], "Usage"))
    return tuple(pc.count_distinct(usage[name]).as_py() for name in ("LinkedAccount", "Service"))
