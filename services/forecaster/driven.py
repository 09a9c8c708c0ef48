"""Names what drove an anomaly most: the usage type and region whose cost is furthest off."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from services.forecaster.cells import CONTRACT
from shared.anomalies import Anomaly
from shared.breakdown import METRICS
from shared.currency import Display
from shared.days import Period
from shared.money import exact_product, exact_sum

USUAL = 14
"""Days before an event whose mean is what a usage type was expected to cost."""
_CENT = Decimal("0.01")
_COLUMNS = ["BillingDate", "LinkedAccount", "Service", "Currency", "UsageType", "Region"]
Meter = tuple[str, str]
"""A usage type and a region."""


@dataclass(frozen=True)
class Drivers:
    """What drove the cost of the open month and the one before."""

    rows: pa.Table
    metric: str
    display: Display | None = None

    def named(self, anomalies: Sequence[Anomaly]) -> list[Anomaly]:
        """Return the anomalies, each with its top driver where the line items tell it."""
        accounts = pa.array(sorted({one.account for one in anomalies}), pa.string())
        contract = pc.is_in(self.rows["ChargeType"], pa.array(CONTRACT))
        among = pc.is_in(self.rows["LinkedAccount"], accounts)
        rows = self.rows.filter(pc.and_(among, pc.invert(contract)))
        return [self._named(one, rows) for one in anomalies]

    def _named(self, anomaly: Anomaly, rows: pa.Table) -> Anomaly:
        of_it = pc.and_(
            pc.equal(rows["LinkedAccount"], anomaly.account),
            pc.equal(rows["Service"], anomaly.service),
        )
        costs = self._by_day(rows.filter(of_it), anomaly)
        first = min((day for days in costs.values() for day in days), default=None)
        if first is None or first > anomaly.since:
            return anomaly
        impacts = {meter: _impact(days, anomaly, first) for meter, days in costs.items()}
        side = 1 if anomaly.direction == "up" else -1
        meter, impact = max(impacts.items(), key=lambda each: (side * each[1], each[0]))
        if side * impact <= 0:
            return anomaly
        return replace(anomaly, usage_type=meter[0], region=meter[1], driver_impact=impact)

    def _by_day(self, rows: pa.Table, anomaly: Anomaly) -> dict[Meter, dict[date, Decimal]]:
        column = METRICS[self.metric]
        found: dict[Meter, dict[date, Decimal]] = defaultdict(dict)
        for row in rows.select([*_COLUMNS, column]).to_pylist():
            amount = self._shown(row[column] or Decimal(0), row["Currency"], anomaly)
            if amount is not None:
                days = found[row["UsageType"], row["Region"]]
                days[row["BillingDate"]] = days.get(row["BillingDate"], Decimal(0)) + amount
        return found

    def _shown(self, amount: Decimal, currency: str, anomaly: Anomaly) -> Decimal | None:
        """Return an amount in the anomaly's currency; None when it is of another."""
        if self.display is None:
            return amount if currency == anomaly.currency else None
        period = Period.of(anomaly.as_of)
        known = currency == self.display.currency or currency in self.display.rates.get(period, {})
        return exact_product(amount, self.display.rate(currency, period)) if known else None


def _impact(days: Mapping[date, Decimal], anomaly: Anomaly, first: date) -> Decimal:
    """Return what a usage type cost in the event beyond its mean day of before."""
    begin = max(first, anomaly.since - timedelta(days=USUAL))
    before = exact_sum(cost for day, cost in days.items() if begin <= day < anomaly.since)
    during = exact_sum(cost for day, cost in days.items() if anomaly.since <= day <= anomaly.until)
    lasted = (anomaly.until - anomaly.since).days + 1
    usual = before * lasted / max((anomaly.since - begin).days, 1)
    return (during - usual).quantize(_CENT)
