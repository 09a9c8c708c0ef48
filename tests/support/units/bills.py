"""A bill with every kind of charge, spelled as CUR 2.0 and as FOCUS, and what it must add up to.

What is expected is worked out from the charges themselves, with none of Daybook's SQL: a plan that
commits to `recurring + upfront` a day of which `used` is used, a reservation likewise a month.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from tests.support.units.charges_alike import OTHERS, Columns
from tests.support.units.exports import Line, line
from tests.support.units.focus import Charge, charge

Key = tuple[date, str, str, str, str]
"""Day, account, service, charge type and currency."""
ZERO, PLACES = Decimal(0), Decimal("0.0000000001")
PLAN = "arn:aws:savingsplans::111111111111:savingsplan/1"
RESERVATION = "arn:aws:rds:eu-west-1:111111111111:ri:1"
SERVICE = "Amazon Elastic Compute Cloud"
PLANS = "Savings Plans for AWS Compute usage"
KINDS = (
    *("usage", "covered", "covered-pods", "plan"),
    *("reservation", "plan-upfront", "reservation-upfront"),
    *("EdpDiscount", "PrivateRateDiscount", "BundledDiscount"),
    *("Credit", "Refund", "Tax", "Fee", "FlatRateSubscription", "plan-refund"),
    *("support", "marketplace", "Surprise", "pod"),
)


def places(amount: Decimal) -> Decimal:
    """Return an amount with the ten decimals that AWS states."""
    return amount.quantize(PLACES)


@dataclass(frozen=True)
class Item:
    """One thing to charge for: `share` is what of it is used, or what its discount leaves."""

    kind: str
    account: str
    day: int
    currency: str
    amount: Decimal
    share: Decimal


@dataclass
class Bill:
    """The lines of one month, and the figures that they must give."""

    lines: list[Line] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    expected: dict[Key, list[Decimal]] = field(default_factory=lambda: defaultdict(_nothing))
    unknown: int = 0
    net: bool = False

    def add(self, items: list[Item]) -> "Bill":
        """Charge for the items."""
        for item in items:
            match item.kind:
                case "usage":
                    self._usage(item)
                case "covered" | "covered-pods":
                    self._covered(item)
                case "plan":
                    self._plan(item)
                case "reservation":
                    self._reservation(item)
                case "plan-upfront" | "reservation-upfront" | "plan-refund":
                    self._upfront(item)
                case _:
                    self._other(item)
        return self

    def totals(self, figure: int) -> dict[str, Decimal]:
        """Add up a figure per currency: 0 unblended, 1 amortized, 2 and 3 the same net."""
        found: dict[str, Decimal] = defaultdict(Decimal)
        for (*_, currency), figures in self.expected.items():
            found[currency] += figures[figure]
        return dict(found)

    def cells(self) -> dict[Key, tuple[Decimal, Decimal]]:
        """Return unblended and amortized cost without the charge type, which FOCUS has coarser."""
        found: dict[Key, list[Decimal]] = defaultdict(_nothing)
        for (day, account, service, _, currency), figures in self.expected.items():
            cell = found[day, account, service, "", currency]
            cell[0] += figures[0]
            cell[1] += figures[1]
        return {key: (figures[0], figures[1]) for key, figures in found.items()}

    def _usage(self, item: Item) -> None:
        net = places(item.amount * item.share)
        self._line(item, item.amount, "Usage", net=net, line_item_net_unblended_cost=net)
        self._charge(item, item.amount, item.amount)

    def _covered(self, item: Item) -> None:
        """Charge a day of a plan that covers one use: fee, covered usage, negation."""
        effective = places(item.amount * item.share)
        used: Columns = {
            "savings_plan_savings_plan_effective_cost": effective,
            "savings_plan_savings_plan_a_r_n": self._next_plan(),
        }
        self._line(item, item.amount, "SavingsPlanCoveredUsage", spread=effective, **used)
        self._line(item, -item.amount, "SavingsPlanNegation", spread=ZERO)
        self._charge(item, ZERO, effective, CommitmentDiscountStatus="Used")
        if item.kind == "covered-pods":
            self._split(item, effective, used)
        self._fee(item, effective, effective, ZERO, used["savings_plan_savings_plan_a_r_n"])

    def _split(self, item: Item, effective: Decimal, used: Columns) -> None:
        """Repeat covered usage as the share of a pod and that of a task, which cost nothing."""
        for operation in ("EKSPod-EC2", "ECSTask-EC2"):
            self._line(
                item,
                item.amount,
                "SavingsPlanCoveredUsage",
                cost=ZERO,
                spread=ZERO,
                line_item_operation=operation,
                **used,
            )
            self._charge(
                item, ZERO, effective, CommitmentDiscountStatus="Used", x_Operation=operation
            )

    def _next_plan(self) -> str:
        """Return a plan of its own: what a day's usage of one plan paid is told by its ARN."""
        return f"{PLAN}-{len(self.lines)}"

    def _plan(self, item: Item) -> None:
        """Charge a day of a plan of which a share is paid upfront and nothing is used."""
        upfront = places(item.amount * item.share)
        self._fee(item, item.amount, ZERO, upfront, self._next_plan())

    def _fee(
        self, item: Item, commitment: Decimal, used: Decimal, upfront: Decimal, plan: str
    ) -> None:
        recurring, unused = commitment - upfront, commitment - used
        self._line(
            item,
            recurring,
            "SavingsPlanRecurringFee",
            "Commitment",
            spread=unused,
            service=PLANS,
            line_item_product_code="ComputeSavingsPlans",
            savings_plan_savings_plan_a_r_n=plan,
            savings_plan_total_commitment_to_date=commitment,
            savings_plan_used_commitment=used,
            savings_plan_amortized_upfront_commitment_for_billing_period=upfront,
        )
        bought: Columns = {"ChargeCategory": "Purchase", "CommitmentDiscountId": PLAN}
        self._charge(item, recurring, ZERO, PLANS, **bought)
        self._charge(item, ZERO, unused, PLANS, CommitmentDiscountStatus="Unused")

    def _reservation(self, item: Item) -> None:
        """Charge a month of a reservation, half of it paid upfront, of which a share is used."""
        recurring = upfront = places(item.amount)
        used = places(recurring * item.share)
        unused = recurring - used
        of_reservation: Columns = {"reservation_reservation_a_r_n": RESERVATION}
        self._line(
            item,
            ZERO,
            "DiscountedUsage",
            spread=used * 2,
            reservation_effective_cost=used * 2,
            **of_reservation,
        )
        self._line(
            item,
            recurring,
            "RIFee",
            "Commitment",
            spread=unused * 2,
            reservation_unused_recurring_fee=unused,
            reservation_unused_amortized_upfront_fee_for_billing_period=unused,
            reservation_amortized_upfront_fee_for_billing_period=upfront,
            **of_reservation,
        )
        bought = {"ChargeCategory": "Purchase", "CommitmentDiscountId": RESERVATION}
        self._charge(item, ZERO, used * 2, CommitmentDiscountStatus="Used")
        self._charge(item, recurring, ZERO, **bought)
        self._charge(item, ZERO, unused * 2, CommitmentDiscountStatus="Unused")

    def _upfront(self, item: Item) -> None:
        plan: Columns = {"line_item_product_code": "ComputeSavingsPlans", "service": PLANS}
        kind, columns = {
            "plan-upfront": ("SavingsPlanUpfrontFee", plan),
            "reservation-upfront": ("Fee", {"reservation_reservation_a_r_n": RESERVATION}),
            "plan-refund": (
                "Refund",
                plan
                | {
                    "line_item_line_item_description": "Refund for one-time fee for Savings Plan "
                    "ID 1"
                },
            ),
        }[item.kind]
        refund = kind == "Refund"
        amount = -item.amount if refund else item.amount
        charge_type = "Refund" if refund else "Commitment"
        self._line(item, amount, kind, charge_type, spread=ZERO, **columns)
        service = str(columns.get("service", SERVICE))
        more = (
            {"ChargeCategory": "Credit", "ChargeClass": "Correction"}
            if refund
            else {"ChargeCategory": "Purchase", "CommitmentDiscountId": "any"}
        )
        self._charge(item, amount, ZERO, service, **more)

    def _other(self, item: Item) -> None:
        kind, charge_type, columns, focus = OTHERS[item.kind]
        negative = kind in ("Credit", "Refund") or kind.endswith("Discount")
        amount = -item.amount if negative else item.amount
        if item.kind == "pod":
            self._line(item, amount, kind, charge_type, cost=ZERO, spread=ZERO, **columns)
        else:
            net = ZERO if kind.endswith("Discount") else amount
            self._line(item, amount, kind, charge_type, net=net, **columns)
        self.unknown += kind == "Surprise"
        self._charge(item, amount, amount, **focus)

    def _line(
        self,
        item: Item,
        amount: Decimal,
        kind: str,
        charge_type: str = "Usage",
        *,
        cost: Decimal | None = None,
        spread: Decimal | None = None,
        net: Decimal | None = None,
        service: str = "",
        **columns: Any,
    ) -> None:
        """Add a line; by default its amortized and net cost are its unblended cost."""
        name = service or SERVICE
        unblended = amount if cost is None else cost
        amortized = unblended if spread is None else spread
        key = (date(2026, 3, item.day), item.account, name, charge_type, item.currency)
        net_amortized = amortized if spread is not None or net is None else net
        figures = (unblended, amortized, unblended if net is None else net, net_amortized)
        self.expected[key] = [a + b for a, b in zip(self.expected[key], figures, strict=True)]
        self.net = self.net or "line_item_net_unblended_cost" in columns
        self.lines.append(
            line(
                day=item.day,
                line_item_unblended_cost=amount,
                line_item_line_item_type=kind,
                line_item_usage_account_id=item.account,
                line_item_currency_code=item.currency,
                product={"product_name": name},
                **columns,
            )
        )

    def _charge(
        self, item: Item, billed: Decimal, effective: Decimal, service: str = "", **more: Any
    ) -> None:
        self.charges.append(
            charge(
                f"{billed:f}",
                f"{effective:f}",
                item.day,
                SubAccountId=item.account,
                BillingCurrency=item.currency,
                ServiceName=service or SERVICE,
                **more,
            )
        )


def _nothing() -> list[Decimal]:
    return [ZERO] * 4
