"""The example's `daybook.yaml`: its cost metric, its recipient and a budget for most OUs."""

from datetime import date
from pathlib import Path

from daybook.example.accounts import (
    INFRASTRUCTURE,
    LAKES,
    PROD,
    SCIENTISTS,
    SECURITY,
    STAGING,
    SUSPENDED,
)

BUDGETS = {
    "Root": 110_000,
    PROD: 50_000,
    STAGING: 6_200,
    LAKES: 18_000,
    SCIENTISTS: 9_000,
    INFRASTRUCTURE: 7_000,
    SECURITY: 3_000,
    SUSPENDED: 50,
}
"""USD a month, inclusive of the OUs below. The sandbox has none on purpose."""

_HEAD = """\
# The example organization: what Daybook needs to know besides the cost export itself.
cost_metric: amortized
digest:
  sender: daybook@example.com
  recipients: [finops@example.com]
budgets:
"""


def write_configuration(file: Path, since: date) -> None:
    """Writes the configuration with budgets that hold from the UTC day `since` on."""
    lines = [_line(ou, dollars, since) for ou, dollars in BUDGETS.items()]
    file.write_text(_HEAD + "".join(lines), encoding="utf-8")


def _line(ou: str, dollars: int, since: date) -> str:
    return f'  - {{ou: {ou}, monthly: "{dollars}", currency: USD, from: {since}}}\n'
