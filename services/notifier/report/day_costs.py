"""What one day cost in one currency, added up exactly by OU and service."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa

from shared.breakdown import METRICS
from shared.config_outlook import UNMAPPED
from shared.money import exact_sum


@dataclass(frozen=True)
class DayCosts:
    """One day's rows in one currency, added up exactly by each dimension."""

    total: Decimal
    by: dict[str, dict[str, Decimal]]
    unmapped: dict[str, Decimal]

    @classmethod
    def of(cls, table: pa.Table, currency: str, metric: str) -> "DayCosts":
        """Add up a day's rows in a currency."""
        rows = [row for row in table.to_pylist() if row["Currency"] == currency]
        amount = METRICS[metric]
        unmapped = [row for row in rows if row["OUPath"] == UNMAPPED]
        return cls(
            total=exact_sum(row[amount] for row in rows),
            by={key: _sums(rows, key, amount) for key in ("OUPath", "Service")},
            unmapped=_sums(unmapped, "LinkedAccount", amount),
        )

    def subtree(self, ou_path: str) -> Decimal:
        """Return what an OU and everything below it cost."""
        inside = (ou_path, f"{ou_path}/")
        ous = self.by["OUPath"].items()
        return exact_sum(cost for ou, cost in ous if ou == inside[0] or ou.startswith(inside[1]))


def _sums(rows: list[dict[str, object]], key: str, amount: str) -> dict[str, Decimal]:
    groups: dict[str, list[Decimal]] = defaultdict(list)
    for row in rows:
        groups[str(row[key])].append(Decimal(str(row[amount])))
    return {name: exact_sum(amounts) for name, amounts in groups.items()}
