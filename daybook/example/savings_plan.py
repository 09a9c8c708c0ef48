"""One Compute Savings Plan: what it covers in a day, and the fee for its commitment.

The payer commits to an hourly amount at plan prices. Covered usage stays on the bill at the
on-demand price and is taken off again by a negation line; the fee is charged whether used or not.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from math import fsum

from daybook.example.accounts import DATA_LAKE, PAYER, PAYMENTS, STOREFRONT
from daybook.example.charges import Charge, Kind, Value, exact
from daybook.example.noise import token, uuid
from daybook.example.periods import HOURS_IN_DAY, DeliveredDay, days_of_month
from daybook.example.services import Meter, Service

HOURLY_COMMITMENT = 14.25  # USD: all used on busy days, not quite at weekends
PRICE = 0.72  # plan price as part of the on-demand price
MEMBERS = (STOREFRONT, PAYMENTS, DATA_LAKE)

_ARN = f"arn:aws:savingsplans::{PAYER.id}:savingsplan/{uuid('savings plan')}"
_SERVICE = Service(
    "ComputeSavingsPlans",
    "Savings Plans for AWS Compute usage",
    (
        Meter(
            usage_type="ComputeSP:1yrNoUpfront",
            operation="None",
            unit="Hrs",
            rate=HOURLY_COMMITMENT,
            description="1 year No Upfront Compute Savings Plan",
            family="Savings Plans",
        ),
    ),
)


def covered(charges: list[Charge], delivered: DeliveredDay) -> list[Charge]:
    """A UTC day's `charges` with the plan applied, the plan's own fee at the end."""
    commitment = exact(HOURLY_COMMITMENT * delivered.hours)
    used = 0.0
    lines: list[Charge] = []
    for charge in charges:
        paid = exact(min(charge.cost * PRICE, commitment - used)) if _eligible(charge) else 0.0
        lines.extend(_cover(charge, paid) if paid else [charge])
        used = exact(used + paid)
    return [*lines, _fee(delivered, commitment, used)]


def _eligible(charge: Charge) -> bool:
    return charge.meter.savings_plan and charge.account in MEMBERS


def _cover(charge: Charge, paid: float) -> Iterator[Charge]:
    whole = paid == exact(charge.cost * PRICE)
    quantity = charge.quantity if whole else exact(paid / (charge.meter.rate * PRICE))
    line = replace(
        charge,
        kind=Kind.COVERED_USAGE,
        quantity=quantity,
        cost=exact(quantity * charge.meter.rate),
        columns=_terms(charge.day) | _effective(charge, paid),
    )
    yield line
    yield _negation(line)
    rest = exact(charge.quantity - quantity)
    if rest > 0:
        yield replace(charge, quantity=rest, cost=exact(rest * charge.meter.rate))


def _effective(charge: Charge, paid: float) -> dict[str, Value]:
    return {
        "savings_plan_savings_plan_effective_cost": paid,
        "savings_plan_savings_plan_rate": exact(charge.meter.rate * PRICE),
    }


def _negation(line: Charge) -> Charge:
    sku = token(16, "sku", line.service.code, line.meter.usage_type).upper()
    user = f"AccountId : {line.account.id} and UsageSku : {sku}"
    return replace(
        line,
        kind=Kind.NEGATION,
        cost=-line.cost,
        description=f"SavingsPlanNegation used by {user}",
        resource=None,
        columns=_terms(line.day),
    )


def _fee(delivered: DeliveredDay, commitment: float, used: float) -> Charge:
    meter = _SERVICE.meters[0]
    return Charge(
        kind=Kind.RECURRING_FEE,
        account=PAYER,
        service=_SERVICE,
        meter=meter,
        day=delivered.day,
        end=delivered.end,
        quantity=float(delivered.hours),
        cost=commitment,
        description=meter.description,
        columns=_terms(delivered.day)
        | {
            "savings_plan_total_commitment_to_date": commitment,
            "savings_plan_used_commitment": used,
            "savings_plan_recurring_commitment_for_billing_period": _monthly(delivered.day),
        },
    )


def _terms(day: date) -> dict[str, Value]:
    return {
        "savings_plan_savings_plan_a_r_n": _ARN,
        "savings_plan_offering_type": "ComputeSavingsPlans",
        "savings_plan_payment_option": "No Upfront",
        "savings_plan_purchase_term": "1yr",
        "savings_plan_start_time": f"{day.year}-01-01T00:00:00.000Z",
        "savings_plan_end_time": f"{day.year}-12-31T23:59:59.000Z",
        "savings_plan_region": "Any",
    }


def _monthly(day: date) -> float:
    return fsum(HOURLY_COMMITMENT * HOURS_IN_DAY for _ in days_of_month(day))
