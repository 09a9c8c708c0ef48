"""The whole bill of a day, and of a billing period."""

from datetime import date

from daybook.example.charges import Charge
from daybook.example.discounts import discount_charges
from daybook.example.monthly import monthly_charges
from daybook.example.periods import ONE_DAY, BillingPeriod, DeliveredDay, days_between
from daybook.example.reservation import reserved_use
from daybook.example.savings_plan import covered
from daybook.example.usage import usage_charges

DELIVERED_HOURS = 8
"""How much of the last day a morning's export has: the hours before 08:00 UTC."""


def charges_of(delivered: DeliveredDay) -> list[Charge]:
    """Every line dated on one UTC day; the same whatever other days are asked for."""
    used = usage_charges(delivered)
    return [
        *covered(used, delivered),
        reserved_use(delivered),
        *discount_charges(used, delivered),
        *monthly_charges(delivered.day),
    ]


def period_charges(period: BillingPeriod, last_day: date) -> list[Charge]:
    """Every line of the period up to `last_day`, of which only the first hours are delivered."""
    days = days_between(period.start, min(period.end, last_day + ONE_DAY))
    return [charge for day in days for charge in charges_of(_delivered(day, last_day))]


def _delivered(day: date, last_day: date) -> DeliveredDay:
    return DeliveredDay(day, DELIVERED_HOURS) if day == last_day else DeliveredDay(day)
