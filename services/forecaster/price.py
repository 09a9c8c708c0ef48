"""How much of a change is price: the use there is now, at what a unit costs now and cost before."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from shared.breakdown import METRICS
from shared.money import exact_sum, to_scale

CREDITS = ("Credit", "Refund", "Discount")
"""Charge types that lower a bill (docs/numbers.md); what they change is no price."""
SAME = Decimal("0.000001")
"""Prices that differ by no more than this share are one: a line's cost is rounded."""
_KEYS = ["LinkedAccount", "Service", "Currency", "ChargeType", "UsageType", "Region"]


class Seller(NamedTuple):
    """Whose price it is: an account's service, in a billed currency."""

    account: str
    service: str
    currency: str


class Meter(NamedTuple):
    """What has a price of its own."""

    seller: Seller
    charge_type: str
    usage_type: str
    region: str


@dataclass(frozen=True)
class Used:
    """Cost and use of some days by meter."""

    meters: dict[Meter, tuple[Decimal, Decimal]] = field(default_factory=dict)
    """Cost, and units."""

    @classmethod
    def of(cls, drivers: pa.Table, days: Collection[date], metric: str) -> "Used":
        """Add what drove the cost up over days, without credits."""
        column = METRICS[metric]
        among = pc.is_in(drivers["BillingDate"], pa.array(list(days), pa.date32()))
        lowered = pc.is_in(drivers["ChargeType"], pa.array(CREDITS))
        rows = drivers.filter(pc.and_(among, pc.invert(lowered)))
        sums = rows.group_by(_KEYS, use_threads=False).aggregate(
            [(column, "sum"), ("UsageAmount", "sum")]
        )
        found: dict[Meter, tuple[Decimal, Decimal]] = {}
        for row in sums.to_pylist():
            account, service, currency, *rest = (row[key] for key in _KEYS)
            meter = Meter(Seller(account, service, currency), *rest)
            found[meter] = row[f"{column}_sum"] or Decimal(0), row["UsageAmount_sum"]
        return cls(found)

    def costs(self) -> dict[Seller, Decimal]:
        """Add the costs up by seller."""
        parts: dict[Seller, list[Decimal]] = defaultdict(list)
        for meter, (cost, _) in self.meters.items():
            parts[meter.seller].append(cost)
        return {seller: exact_sum(costs) for seller, costs in parts.items()}


def price_effects(before: Used, after: Used) -> dict[Seller, Decimal]:
    """Return by seller what the change of prices makes, at the use there is now.

    Without a usage type hours may be added to gigabytes: such a sum has no price.
    """
    effects: dict[Seller, list[Decimal]] = defaultdict(list)
    for meter, now in after.meters.items():
        if meter.usage_type and meter in before.meters:
            effects[meter.seller].append(_effect(before.meters[meter], now))
    return {seller: exact_sum(parts) for seller, parts in effects.items()}


def _effect(before: tuple[Decimal, Decimal], now: tuple[Decimal, Decimal]) -> Decimal:
    (cost_then, units_then), (cost_now, units_now) = before, now
    if units_then <= 0 or units_now <= 0:
        return Decimal(0)
    at_old_price = to_scale(cost_then * (units_now / units_then))
    effect = exact_sum((cost_now, at_old_price.copy_negate()))
    return Decimal(0) if effect.copy_abs() <= SAME * at_old_price.copy_abs() else effect
