"""A charge: one line of the bill, before it is spelled in the export's columns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from daybook.example.accounts import Account
from daybook.example.services import Meter, Service

Value = str | float | datetime | Mapping[str, str] | None

_DECIMALS = 10  # AWS states money and quantities to ten decimals


class Kind(StrEnum):
    """What AWS calls the line item type."""

    USAGE = "Usage"
    DISCOUNTED_USAGE = "DiscountedUsage"
    COVERED_USAGE = "SavingsPlanCoveredUsage"
    NEGATION = "SavingsPlanNegation"
    RECURRING_FEE = "SavingsPlanRecurringFee"
    RESERVATION_FEE = "RIFee"
    FEE = "Fee"
    TAX = "Tax"
    CREDIT = "Credit"
    REFUND = "Refund"
    NEGOTIATED_DISCOUNT = "EdpDiscount"
    BUNDLED_DISCOUNT = "BundledDiscount"


@dataclass(frozen=True, slots=True)
class Charge:
    """One line of the bill: USD unblended, dated on a UTC day, ended at a UTC moment (exclusive).

    `columns` are the export's columns that only this kind of line fills.
    """

    kind: Kind
    account: Account
    service: Service
    meter: Meter
    day: date
    end: datetime
    quantity: float
    cost: float
    description: str
    resource: str | None = None
    columns: Mapping[str, Value] = field(default_factory=dict)


def exact(amount: float) -> float:
    """`amount` as the export states it: ten decimals."""
    return round(amount, _DECIMALS)
