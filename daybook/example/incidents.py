"""What went wrong in the example: one spike and one leak, for the anomaly detection to find.

They stand at fixed dates near the default last day. Were they counted back from the last day asked
for, the same day would cost something else in another export.
"""

from dataclasses import dataclass
from datetime import date

from daybook.example.accounts import DATA_LAKE, PAYMENTS, Account


@dataclass(frozen=True)
class Incident:
    """Usage types of one account that cost `1 + jump + creep * days since first` times as usual.

    `first` and `last` are UTC days, both inclusive.
    """

    account: Account
    product_code: str
    usage_type: str
    first: date
    last: date
    jump: float = 0.0
    creep: float = 0.0

    def factor(self, account: Account, product_code: str, usage_type: str, day: date) -> float:
        """What to multiply the usage of this account, product and usage type by on `day`."""
        if not self.first <= day <= self.last or account is not self.account:
            return 1.0
        if (product_code, usage_type) != (self.product_code, self.usage_type):
            return 1.0
        return 1.0 + self.jump + self.creep * (day - self.first).days


DEBUG_LOGS_LEFT_ON = Incident(
    PAYMENTS,
    "AmazonCloudWatch",
    "DataProcessing-Bytes",
    first=date(2026, 6, 17),
    last=date(2026, 6, 17),
    jump=14.0,
)
NOTHING_EXPIRES = Incident(
    DATA_LAKE,
    "AmazonS3",
    "TimedStorage-ByteHrs",
    first=date(2026, 5, 11),
    last=date(2026, 9, 30),
    creep=0.03,
)
INCIDENTS = (DEBUG_LOGS_LEFT_ON, NOTHING_EXPIRES)
