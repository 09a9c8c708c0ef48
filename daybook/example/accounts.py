"""The accounts on the bill, and what each of them spends on a normal day.

The ids are visibly made up. Some names are awkward on purpose: a comma, quotes, other alphabets, a
spreadsheet formula and HTML are what real organizations hold, and a digest must survive them.
"""

from dataclasses import dataclass
from functools import cache

from daybook.example.profiles import (
    AUDIT,
    BACK_OFFICE,
    IDLE,
    LAKE,
    NETWORK,
    NOTHING,
    SCIENCE,
    STORE,
    TEAM,
    TRANSACTIONS,
    Profile,
)
from daybook.example.services import SERVICES, Service

US = "us-east-1"
IRELAND = "eu-west-1"
ZURICH = "eu-central-2"
TOKYO = "ap-northeast-1"


@dataclass(frozen=True, eq=False)
class Account:
    """A member account: USD on a normal day, and the tax rate of the company that owns it.

    `ou` is the path it belongs to at first, or None if the organization does not list it.
    """

    id: str
    name: str
    ou: str | None
    profile: Profile
    daily: float
    region: str = US
    tax: float = 0.0
    status: str = "ACTIVE"


PROD = "Root/Workloads/Prod"
STAGING = "Root/Workloads/Staging"
LAKES = "Root/Data/Lake"
SCIENTISTS = "Root/Data/Science"
INFRASTRUCTURE = "Root/Infrastructure"
SECURITY = "Root/Security"
SANDBOX = "Root/Sandbox"
SUSPENDED = "Root/Suspended"

PAYER = Account("111111111111", "Example Management", "Root", AUDIT, 14)
STOREFRONT = Account("222222220001", "storefront-prod", PROD, STORE, 640, tax=0.0625)
PAYMENTS = Account("222222220002", "payments-prod", PROD, TRANSACTIONS, 430, IRELAND)
CLASSIC = Account("011111111111", "erp-classic", PROD, BACK_OFFICE, 190)
STOREFRONT_STAGING = Account("222222220003", "storefront-staging", STAGING, TEAM, 96, tax=0.0625)
DATA_LAKE = Account("333333330001", "data-lake", LAKES, LAKE, 470)
SCIENCE_LAB = Account("333333330003", "機械学習ラボ", SCIENTISTS, SCIENCE, 210, TOKYO, tax=0.1)
GRAPHS = Account("333333330004", "graph-experiments", SANDBOX, SCIENCE, 64)

ACCOUNTS = (
    PAYER,
    STOREFRONT,
    PAYMENTS,
    CLASSIC,
    STOREFRONT_STAGING,
    Account("222222220004", "payments, staging", STAGING, TEAM, 72, IRELAND),
    DATA_LAKE,
    Account("333333330002", "Größenanalyse Zürich", LAKES, LAKE, 130, ZURICH, tax=0.081),
    SCIENCE_LAB,
    GRAPHS,
    Account("444444440001", "network-hub", INFRASTRUCTURE, NETWORK, 150),
    Account("444444440002", "shared-tooling", INFRASTRUCTURE, BACK_OFFICE, 84),
    Account("555555550001", "log-archive", SECURITY, AUDIT, 58),
    Account("555555550002", 'audit "read only"', SECURITY, AUDIT, 17),
    Account("666666660001", "=SUM(A1:A9)", SANDBOX, TEAM, 9),
    Account("666666660002", "<b>sandbox</b>", SANDBOX, TEAM, 6, IRELAND),
    Account("777777770001", "archived-campaign", SUSPENDED, IDLE, 0.9, status="SUSPENDED"),
    Account("888888880001", "acquired-startup", None, TEAM, 21, IRELAND),
    Account("999999990001", "reserved-for-apac", STAGING, NOTHING, 0, TOKYO),
)


@cache
def spending(account: Account) -> tuple[tuple[Service, float], ...]:
    """What `account` spends on each service on a normal day, in USD before growth and noise."""
    weights = account.profile.weights
    unit = account.daily / max(sum(weights.values()), 1)
    return tuple((SERVICES[code], unit * weight) for code, weight in weights.items())
