"""A bullet bar of an OU: what is spent, what is estimated, and where the budget is."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from shared.outlook import Outlook

HEADROOM = 1.25
"""The bar ends this far beyond the budget, or at the estimate where that is further."""
MARK = 1.4
"""Width of the budget's mark, in percent of the bar."""


@dataclass(frozen=True)
class Bar:
    """Shares of the bar's width, from 0 to 1; `ahead` is not below `spent`."""

    spent: float
    ahead: float
    budget: float

    @property
    def segments(self) -> tuple[tuple[str, float], ...]:
        """Return what the bar is made of from left to right, with widths in percent."""
        marks = [100 * self.budget - MARK / 2, 100 * self.budget + MARK / 2]
        ends = sorted({0.0, 100 * self.spent, 100 * self.ahead, *marks, 100.0})
        spans = [(self._kind((a + b) / 2, marks), round(b - a, 1)) for a, b in pairwise(ends)]
        return tuple(span for span in spans if span[1] > 0)

    def _kind(self, middle: float, marks: list[float]) -> str:
        if marks[0] < middle < marks[1]:
            return "budget"
        if middle < 100 * self.spent:
            return "spent"
        return "ahead" if middle < 100 * self.ahead else "rest"


def bar_of(outlook: Outlook) -> Bar | None:
    """Return an OU's bar; None without a budget to hold it against."""
    if outlook.budget is None or outlook.budget <= 0:
        return None
    spent = max(0.0, float(outlook.month_to_date / outlook.budget))
    ahead = max(spent, float((outlook.month_end_estimate or Decimal(0)) / outlook.budget))
    scale = max(HEADROOM, ahead)
    return Bar(spent / scale, ahead / scale, 1 / scale)
