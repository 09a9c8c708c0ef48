"""The table `finops_db.ou_breakdown`: its columns, its order, its totals.

Money is decimal(38,12) throughout; only the contract column DailyCost is a double: the exact
sum of the chosen metric, rounded once.
"""

from collections.abc import Iterable
from decimal import Decimal

import pyarrow as pa

from shared.money import SCALE, Amounts, add_amounts

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
METRICS = {"unblended": "UnblendedCost", "amortized": "AmortizedCost"}


def archive_table(staged: pa.Table, metric: str) -> pa.Table:
    """Return a day's rows as they are archived: in a total order, with DailyCost rounded once."""
    rows = staged.select(STAGED.names).cast(STAGED).sort_by(ORDER)
    # Not by Arrow: its cast from decimal is off by one in the last place now and then.
    daily = pa.array([float(amount) for amount in rows[METRICS[metric]].to_pylist()], pa.float64())
    return rows.add_column(4, ARCHIVED.field("DailyCost"), daily).combine_chunks()


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
    sums = table.group_by(keys).aggregate([(column, "sum") for column in METRICS.values()])
    for row in sums.sort_by([(key, "ascending") for key in keys]).to_pylist():
        yield (
            row,
            Amounts(
                currency=row["Currency"],
                unblended=row["UnblendedCost_sum"] or Decimal(0),
                amortized=row["AmortizedCost_sum"] or Decimal(0),
            ),
        )
