"""What unblended cost has beside amortized cost, from the lines of a period in one currency.

WA Labs' identity, per billing period; the refunds of plans are its fourth term.
"""

from decimal import Decimal

from tests.support.units.exports import Line

PLAN_UPFRONT = "savings_plan_amortized_upfront_commitment_for_billing_period"
RESERVATION_UPFRONT = "reservation_amortized_upfront_fee_for_billing_period"


def others_of(lines: list[Line]) -> Decimal:
    """Return true-up, upfront fees and their refunds."""
    return true_up(lines) + upfront_fees(lines) + plan_refunds(lines)


def true_up(lines: list[Line]) -> Decimal:
    return -total(lines, PLAN_UPFRONT, "SavingsPlanRecurringFee") - total(
        lines, RESERVATION_UPFRONT, "RIFee"
    )


def upfront_fees(lines: list[Line]) -> Decimal:
    of_reservations = [line for line in lines if line["reservation_reservation_a_r_n"]]
    cost = "line_item_unblended_cost"
    return total(lines, cost, "SavingsPlanUpfrontFee") + total(of_reservations, cost, "Fee")


def plan_refunds(lines: list[Line]) -> Decimal:
    described = [line for line in lines if line["line_item_line_item_description"]]
    return total(described, "line_item_unblended_cost", "Refund")


def total(lines: list[Line], column: str, kind: str) -> Decimal:
    found = [line[column] for line in lines if line["line_item_line_item_type"] == kind]
    return sum(found, Decimal(0))
