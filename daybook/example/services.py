"""The AWS services of the example and the meters each of them bills by, read from `meters.csv`."""

import csv
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from pathlib import Path

FREE_CODES = ("awskms", "AWSCloudTrail", "AmazonSNS")


class Shape(StrEnum):
    """How a meter moves from day to day."""

    WORK = "work"  # follows the account's week
    STEADY = "steady"  # runs day and night
    STOCK = "stock"  # stored: grows, never rests
    BURST = "burst"  # jobs: some days none, others many


@dataclass(frozen=True, eq=False)
class Meter:
    """One usage type of a service; `rate` is USD a unit, `share` its part of the service's cost."""

    usage_type: str
    operation: str
    unit: str
    rate: float
    description: str
    family: str
    share: float = 1.0
    shape: Shape = Shape.STEADY
    resources: int = 1
    savings_plan: bool = False
    instance_type: str | None = None


@dataclass(frozen=True, eq=False)
class Service:
    """A product on the bill: its code, its name, its meters, and its seller if not AWS."""

    code: str
    name: str
    meters: tuple[Meter, ...]
    seller: str | None = None


def _meter(row: dict[str, str]) -> Meter:
    return Meter(
        usage_type=row["usage_type"],
        operation=row["operation"],
        unit=row["unit"],
        rate=float(row["rate"]),
        description=row["description"],
        family=row["family"],
        share=float(row["share"]),
        shape=Shape(row["shape"]),
        resources=int(row["resources"]),
        savings_plan=row["savings_plan"] == "y",
        instance_type=row["instance_type"] or None,
    )


def _read() -> dict[str, Service]:
    with Path(__file__).with_name("meters.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    products = groupby(rows, key=lambda row: (row["product_code"], row["product_name"]))
    return {
        code: Service(code, name, tuple(map(_meter, group))) for (code, name), group in products
    }


SERVICES = _read()
FREE_SERVICES = tuple(SERVICES[code] for code in FREE_CODES)
