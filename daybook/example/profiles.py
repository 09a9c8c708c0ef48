"""How an account spends: its week, and its services by weight."""

from collections.abc import Mapping
from dataclasses import dataclass

Week = tuple[float, float, float, float, float, float, float]

_CUSTOMERS: Week = (0.98, 1.0, 1.02, 1.03, 1.05, 0.9, 0.87)
_OFFICE: Week = (1.02, 1.05, 1.06, 1.04, 0.96, 0.38, 0.34)
_BUSINESS: Week = (1.01, 1.03, 1.03, 1.02, 0.98, 0.8, 0.78)
_NIGHT_JOBS: Week = (1.01, 1.02, 1.02, 1.01, 1.0, 0.94, 0.92)
_ALWAYS: Week = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)


@dataclass(frozen=True, eq=False)
class Profile:
    """A way to spend: factors from Monday to Sunday, and weights by product code."""

    week: Week
    weights: Mapping[str, float]


STORE = Profile(
    _CUSTOMERS,
    {
        "AmazonEC2": 38,
        "AmazonRDS": 17,
        "AmazonCloudFront": 12,
        "AmazonECS": 11,
        "AmazonS3": 7,
        "AmazonCloudWatch": 6,
        "AWSELB": 4,
        "AmazonDynamoDB": 5,
    },
)
TRANSACTIONS = Profile(
    _CUSTOMERS,
    {
        "AmazonEC2": 33,
        "AmazonRDS": 28,
        "AmazonDynamoDB": 14,
        "AWSLambda": 9,
        "AmazonCloudWatch": 10,
        "AWSELB": 3,
        "AmazonVPC": 3,
    },
)
BACK_OFFICE = Profile(
    _BUSINESS,
    {"AmazonEC2": 55, "AmazonRDS": 30, "AmazonS3": 8, "AmazonCloudWatch": 4, "AmazonVPC": 3},
)
TEAM = Profile(
    _OFFICE,
    {
        "AmazonEC2": 50,
        "AmazonRDS": 18,
        "AmazonECS": 12,
        "AmazonS3": 6,
        "AWSLambda": 5,
        "AmazonCloudWatch": 6,
        "AmazonVPC": 3,
    },
)
LAKE = Profile(
    _NIGHT_JOBS,
    {
        "AmazonS3": 40,
        "AWSGlue": 22,
        "AmazonEC2": 22,
        "AmazonAthena": 9,
        "AmazonCloudWatch": 4,
        "AmazonVPC": 3,
    },
)
SCIENCE = Profile(
    _OFFICE,
    {"AmazonSageMaker": 58, "AmazonS3": 16, "AmazonEC2": 20, "AmazonCloudWatch": 6},
)
NETWORK = Profile(
    _ALWAYS,
    {"AmazonVPC": 44, "AWSELB": 24, "AmazonEC2": 22, "AmazonCloudWatch": 10},
)
AUDIT = Profile(_ALWAYS, {"AmazonS3": 55, "AmazonCloudWatch": 30, "AmazonAthena": 15})
IDLE = Profile(_ALWAYS, {"AmazonS3": 70, "AmazonVPC": 30})
NOTHING = Profile(_ALWAYS, {})
