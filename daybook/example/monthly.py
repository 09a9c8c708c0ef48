"""What is charged once a month: tax, support, a Marketplace subscription and a refund."""

from collections.abc import Iterator
from datetime import date, datetime

from daybook.example.accounts import (
    ACCOUNTS,
    PAYER,
    STOREFRONT,
    STOREFRONT_STAGING,
    Account,
    spending,
)
from daybook.example.charges import Charge, Kind
from daybook.example.noise import wobble
from daybook.example.periods import ONE_DAY, days_of_month, midnight, next_month
from daybook.example.reservation import reservation_fee
from daybook.example.services import SERVICES, Meter, Service, Shape
from daybook.example.usage import growth

_FIRST = 1
_SUBSCRIPTION_DAY = 3
_REFUND_DAY = 9
_SUPPORT_USD = 2350.0
_SUBSCRIPTION_USD = 780.0
_REFUND_USD = 160.0

_NO_METER = Meter("", "", "", 0.0, "", "")
_DOLLARS = Meter("Dollar", "", "Dollars", 1.0, "AWS Support (Business)", "AWS Support")
_SUBSCRIPTION = Meter(
    "USE1-MP:USE1_IngestedGB-Units",
    "Usage",
    "Units",
    3.0,
    "AWS Marketplace software usage|us-east-1|Ingested GB",
    "Software",
)
_SUPPORT = Service("AWSSupportBusiness", "AWS Support (Business)", (_DOLLARS,))
_LOG_SEARCH = Service("4exampl3logsearch0000000x", "Log Search", (_SUBSCRIPTION,), "Example Co.")


def monthly_charges(day: date) -> Iterator[Charge]:
    """The monthly lines that are dated on the UTC day `day`; on most days none."""
    if day.day == _FIRST:
        yield reservation_fee(day)
        yield _support(day)
        yield from _taxes(day)
    if day.day == _SUBSCRIPTION_DAY:
        yield _subscription(day)
    if day.day == _REFUND_DAY:
        yield _refund(day)


def _support(day: date) -> Charge:
    dollars = round(_SUPPORT_USD * wobble(0.08, "support", day), 2)
    end = midnight(next_month(day))
    return _bought(Kind.FEE, PAYER, _SUPPORT, dollars, (day, end))


def _subscription(day: date) -> Charge:
    dollars = 3.0 * round(_SUBSCRIPTION_USD / 3.0 * wobble(0.1, "subscription", day))
    times = (day, midnight(day + ONE_DAY))
    return _bought(Kind.USAGE, STOREFRONT, _LOG_SEARCH, dollars, times)


def _bought(
    kind: Kind,
    account: Account,
    service: Service,
    dollars: float,
    times: tuple[date, datetime],
) -> Charge:
    meter = service.meters[0]
    return Charge(
        kind=kind,
        account=account,
        service=service,
        meter=meter,
        day=times[0],
        end=times[1],
        quantity=dollars / meter.rate,
        cost=dollars,
        description=meter.description,
    )


def _refund(day: date) -> Charge:
    service = SERVICES["AmazonEC2"]
    return Charge(
        kind=Kind.REFUND,
        account=STOREFRONT_STAGING,
        service=service,
        meter=service.meters[-1],
        day=day,
        end=midnight(day + ONE_DAY),
        quantity=0.0,
        cost=-round(_REFUND_USD * wobble(0.5, "refund", day), 2),
        description="Billing adjustment: data transfer charged twice",
    )


def _taxes(day: date) -> Iterator[Charge]:
    """A tax line for each taxed account and product, on what its plan says it will spend.

    AWS taxes the month to date; that line would change with every delivery.
    """
    days = len(list(days_of_month(day)))
    for account in ACCOUNTS:
        for service, dollars in spending(account):
            tax = round(account.tax * dollars * days * growth(Shape.WORK, day), 2)
            if tax:
                yield _tax(account, service, tax, day)


def _tax(account: Account, service: Service, amount: float, day: date) -> Charge:
    return Charge(
        kind=Kind.TAX,
        account=account,
        service=service,
        meter=_NO_METER,
        day=day,
        end=midnight(next_month(day)),
        quantity=1.0,
        cost=amount,
        description=f"Tax for product code {service.code}",
    )
