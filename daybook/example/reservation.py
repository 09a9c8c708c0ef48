"""Reserved database instances, paid partly upfront: their use by day and their fee by month."""

from datetime import date

from daybook.example.accounts import CLASSIC
from daybook.example.charges import Charge, Kind, Value, exact
from daybook.example.noise import number, token
from daybook.example.periods import (
    HOURS_IN_DAY,
    DeliveredDay,
    days_of_month,
    first_of_month,
    midnight,
    next_month,
)
from daybook.example.services import SERVICES, Meter
from daybook.example.usage import resource_id

INSTANCES = 3
HOURLY_FEE = 0.092  # USD an instance, on the bill every month
HOURLY_UPFRONT = 0.0575  # USD an instance, paid at purchase and spread over the term
HOURLY_ON_DEMAND = 0.239  # USD an instance that is not reserved

_IDLE_WEEKEND_HOURS = 12
_SATURDAY = 5
_NORMALIZED = 4.0  # AWS counts a "large" as four units
_SERVICE = SERVICES["AmazonRDS"]
_TYPE = "db.r7g.large"
_ID = token(12, "reservation")
_TERMS: dict[str, Value] = {
    "reservation_reservation_a_r_n": f"arn:aws:rds:{CLASSIC.region}:{CLASSIC.id}:ri:{_ID}",
    "reservation_subscription_id": number(11, "subscription"),
    "reservation_number_of_reservations": str(INSTANCES),
    "reservation_units_per_reservation": "1",
    "reservation_total_reserved_units": str(INSTANCES),
    "reservation_normalized_units_per_reservation": f"{_NORMALIZED}",
    "reservation_total_reserved_normalized_units": f"{INSTANCES * _NORMALIZED}",
    "reservation_modification_status": "Original",
    "pricing_term": "Reserved",
    "pricing_offering_class": "standard",
    "pricing_purchase_option": "Partial Upfront",
    "pricing_lease_contract_length": "1yr",
    "line_item_normalization_factor": _NORMALIZED,
}


def _meter(usage_type: str, rate: float, description: str) -> Meter:
    return Meter(
        usage_type=usage_type,
        operation="CreateDBInstance:0014",
        unit="Hrs",
        rate=rate,
        description=description,
        family="Database Instance",
        instance_type=_TYPE,
    )


_USE = _meter(f"InstanceUsage:{_TYPE}", 0.0, f"PostgreSQL, {_TYPE} reserved instance applied")
_FEE = _meter(
    f"HeavyUsage:{_TYPE}",
    HOURLY_FEE,
    f"USD {HOURLY_FEE} hourly fee per PostgreSQL, {_TYPE} instance",
)


def reserved_use(delivered: DeliveredDay) -> Charge:
    """The reserved hours used in a UTC day: free of charge, with their effective cost."""
    hours = exact(_used_hours(delivered.day) * delivered.share)
    return Charge(
        kind=Kind.DISCOUNTED_USAGE,
        account=CLASSIC,
        service=_SERVICE,
        meter=_USE,
        day=delivered.day,
        end=delivered.end,
        quantity=hours,
        cost=0.0,
        description=_USE.description,
        resource=resource_id(CLASSIC, _SERVICE, _USE, 0),
        columns=_TERMS | _worth(hours),
    )


def reservation_fee(day: date) -> Charge:
    """The recurring fee of the whole month of `day`, dated on its first UTC day.

    The unused part is the one that the finished month will have. AWS counts it down from the full
    fee with every delivery, which would make this day differ from one export to the next.
    """
    hours = float(_month_hours(day))
    return Charge(
        kind=Kind.RESERVATION_FEE,
        account=CLASSIC,
        service=_SERVICE,
        meter=_FEE,
        day=first_of_month(day),
        end=midnight(next_month(day)),
        quantity=hours,
        cost=exact(hours * HOURLY_FEE),
        description=_FEE.description,
        columns=_TERMS | _unused(day) | _upfront(hours),
    )


def _worth(hours: float) -> dict[str, Value]:
    return {
        "line_item_normalized_usage_amount": exact(hours * _NORMALIZED),
        "reservation_effective_cost": exact(hours * (HOURLY_FEE + HOURLY_UPFRONT)),
        "reservation_recurring_fee_for_usage": exact(hours * HOURLY_FEE),
        "reservation_amortized_upfront_cost_for_usage": exact(hours * HOURLY_UPFRONT),
        "pricing_public_on_demand_cost": exact(hours * HOURLY_ON_DEMAND),
        "pricing_public_on_demand_rate": f"{HOURLY_ON_DEMAND:.10f}",
    }


def _unused(day: date) -> dict[str, Value]:
    hours = float(_month_hours(day) - sum(map(_used_hours, days_of_month(day))))
    return {
        "reservation_unused_quantity": hours,
        "reservation_unused_normalized_unit_quantity": exact(hours * _NORMALIZED),
        "reservation_unused_recurring_fee": exact(hours * HOURLY_FEE),
        "reservation_unused_amortized_upfront_fee_for_billing_period": exact(
            hours * HOURLY_UPFRONT
        ),
    }


def _upfront(hours: float) -> dict[str, Value]:
    amortized = exact(hours * HOURLY_UPFRONT)
    return {"reservation_amortized_upfront_fee_for_billing_period": amortized}


def _month_hours(day: date) -> int:
    return INSTANCES * HOURS_IN_DAY * len(list(days_of_month(day)))


def _used_hours(day: date) -> int:
    idle = _IDLE_WEEKEND_HOURS if day.weekday() >= _SATURDAY else 0
    return INSTANCES * HOURS_IN_DAY - idle
