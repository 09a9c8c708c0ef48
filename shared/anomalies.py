"""The object ou-anomalies: what cost more or less than expected, one row per event.

A row of a day says what is known of the event on that day; `id` is the same on every day of it.
Up and down are two rows, never netted. Amounts are of the event so far, in the cost metric and
currency of ou_outlook. Days are UTC.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

import pyarrow as pa

from shared.breakdown import AMOUNT
from shared.rows import from_table, to_table

Direction = Literal["up", "down"]
State = Literal["open", "ended", "acknowledged", "planned"]
"""`open`: goes on. `ended`: back to normal, or the new normal by now; told for a week more.
`acknowledged` and `planned`: explained in `daybook.yaml`, so it stays quiet."""
JUDGED_AFTER = 20
"""Days of history that a series must have before the first judgement of one of its days."""
SCHEMA = pa.schema(
    [
        ("Id", pa.string()),
        ("AsOf", pa.date32()),
        ("OU", pa.string()),
        ("OUPath", pa.string()),
        ("Service", pa.string()),
        ("LinkedAccount", pa.string()),
        ("AccountName", pa.string()),
        ("Currency", pa.string()),
        ("Direction", pa.string()),
        ("State", pa.string()),
        ("Since", pa.date32()),
        ("Until", pa.date32()),
        ("FoundOn", pa.date32()),
        ("Actual", AMOUNT),
        ("Expected", AMOUNT),
        ("UsageType", pa.string()),
        ("Region", pa.string()),
        ("DriverImpact", AMOUNT),
        ("Explanation", pa.string()),
    ]
)


@dataclass(frozen=True)
class Anomaly:
    """One event of an account's service in an OU. Fields in the order of the object's columns.

    `until` is the last day that stood out; `found_on` the day on whose figures it was first
    clear. `usage_type` and `region` drove it most, by `driver_impact`; empty and None where the
    line items do not tell. `explanation`: who acknowledged it and why, or the planned event.
    """

    id: str
    as_of: date
    ou: str
    ou_path: str
    service: str
    account: str
    account_name: str
    currency: str
    direction: Direction
    state: State
    since: date
    until: date
    found_on: date
    actual: Decimal
    expected: Decimal
    usage_type: str = ""
    region: str = ""
    driver_impact: Decimal | None = None
    explanation: str = ""

    @property
    def impact(self) -> Decimal:
        """What it cost beyond what was expected, so far; negative when it cost less."""
        return self.actual - self.expected

    @property
    def quiet(self) -> bool:
        """Whether readers are not to be alarmed by it: explained in the configuration."""
        return self.state in ("acknowledged", "planned")

    @property
    def is_new(self) -> bool:
        """Whether this day's figures are the first that show it."""
        return self.found_on == self.as_of


def by_weight(anomaly: Anomaly) -> tuple[object, ...]:
    """Sort so that readers see first what is loud, then open, then costs or saves most."""
    order = ("open", "ended", "acknowledged", "planned")
    return (order.index(anomaly.state), -abs(anomaly.impact), anomaly.id)


def anomalies_table(anomalies: list[Anomaly]) -> pa.Table:
    """Return the rows as they are kept, heaviest first."""
    in_order = sorted(anomalies, key=by_weight)
    return to_table(in_order, SCHEMA)


def anomalies_rows(table: pa.Table) -> list[Anomaly]:
    """Read the rows back, in their order."""
    return from_table(Anomaly, table, SCHEMA)
