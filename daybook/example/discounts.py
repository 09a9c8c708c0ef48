"""Discounts and credits: negative lines worth a part of a day's usage."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import fsum

from daybook.example.accounts import DATA_LAKE, SCIENCE_LAB, STOREFRONT, Account
from daybook.example.charges import Charge, Kind, exact
from daybook.example.periods import DeliveredDay
from daybook.example.services import SERVICES


@dataclass(frozen=True)
class Discount:
    """A `share` (0 to 1) taken off what one account uses of one product."""

    kind: Kind
    account: Account
    product_code: str
    share: float
    description: str


DISCOUNTS = (
    Discount(
        Kind.NEGOTIATED_DISCOUNT,
        DATA_LAKE,
        "AmazonS3",
        0.06,
        "Enterprise Discount Program - 6% off Amazon S3",
    ),
    Discount(
        Kind.BUNDLED_DISCOUNT,
        STOREFRONT,
        "AmazonCloudFront",
        0.1,
        "CloudFront Security Savings Bundle",
    ),
    Discount(
        Kind.CREDIT,
        SCIENCE_LAB,
        "AmazonSageMaker",
        0.2,
        "AWS Cloud Credit for Research",
    ),
)


def discount_charges(charges: list[Charge], delivered: DeliveredDay) -> Iterator[Charge]:
    """The discounts that a UTC day's usage `charges` earn."""
    for discount in DISCOUNTS:
        amount = exact(discount.share * _usage(charges, discount))
        if amount:
            yield _line(discount, amount, delivered)


def _usage(charges: list[Charge], discount: Discount) -> float:
    wanted = (discount.account.id, discount.product_code)
    return fsum(line.cost for line in charges if (line.account.id, line.service.code) == wanted)


def _line(discount: Discount, amount: float, delivered: DeliveredDay) -> Charge:
    service = SERVICES[discount.product_code]
    return Charge(
        kind=discount.kind,
        account=discount.account,
        service=service,
        meter=service.meters[0],
        day=delivered.day,
        end=delivered.end,
        quantity=0.0,
        cost=-amount,
        description=discount.description,
    )
