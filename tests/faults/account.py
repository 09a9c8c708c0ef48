"""An account whose bill grows from day to day, as AWS would deliver it."""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from shared.days import Period
from tests.faults.example import DEV, PROD, Cost, Delivery


@dataclass
class Account:
    """What the account's usage costs, as AWS will have it in the end."""

    random: random.Random
    lines: dict[date, list[Cost]] = field(default_factory=lambda: defaultdict(list))
    deliveries: int = 0

    def use(self, day: date) -> None:
        """A day is used; its costs do not add up as floats."""
        if day not in self.lines:
            cents = self.random.randint(1, 9999)
            self.lines[day] += [(str(day), PROD, f"0.{cents:04}"), (str(day), DEV, "3.333333333")]

    def restate(self, day: date) -> None:
        """AWS corrects a day."""
        self.lines[day].append((str(day), PROD, f"{self.random.randint(-50, 50)}.000000000007"))

    def delivery(self, month: Period) -> Delivery:
        """Return a month as it is now."""
        self.deliveries += 1
        days = sorted(day for day in self.lines if Period.of(day) == month)
        lines = tuple(line for day in days for line in self.lines[day])
        return Delivery(f"delivery-{self.deliveries:04}", lines)
