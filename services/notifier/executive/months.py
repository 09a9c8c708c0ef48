"""What the charts of the PDF draw: months, the month so far, and days, of the whole organization.

Amounts come as whole cents from the same series as the dashboard's and are divided for the drawing
only; nothing here is printed as a figure.
"""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import takewhile
from typing import Any

from services.notifier.dashboard.cells import window_of
from services.notifier.dashboard.model import CurrencyView, Dashboard
from services.notifier.dashboard.places import Place
from services.notifier.dashboard.series import Series
from services.notifier.report.everything import Everything, everything, everything_by_day
from shared.days import Period

Row = dict[str, Any]
"""What one mark of a chart shows, under the names of its specification."""
FEWEST_MONTHS = 2
FEW_MONTHS = 3


@dataclass(frozen=True)
class Months:
    """One currency's series of all cost, by day of the dashboard's window."""

    days: Sequence[date]
    archived: frozenset[date]
    series: Series
    outlooks: Mapping[date, Everything]
    """Those of the days that were assessed."""

    @classmethod
    def of(cls, board: Dashboard, view: CurrencyView) -> "Months":
        """Find the series; a currency that never cost anything has zeros."""
        found = [line.series for line in view.lines.lines if line.place == Place()]
        nothing = (0,) * len(board.days)
        series = found[0] if found and found[0] else Series(nothing, nothing)
        return cls(board.days, board.archived, series, everything_by_day(view.outlooks))

    @property
    def day(self) -> date:
        """The run's day."""
        return self.days[-1]

    def to_date(self, day: date) -> int | None:
        """Return the cents of a day's month until that day; None when it is not archived."""
        if day not in self.archived:
            return None
        return self.series.to_date[(day - self.days[0]).days]

    @property
    def same_days_before(self) -> Decimal | None:
        """What as many days of the month before cost; None when they are not archived."""
        before = Period.of(self.day).previous
        same = list(before.days(until=before.first + timedelta(days=self.day.day - 1)))
        known = self.to_date(same[-1]) if self.archived.issuperset(same) else None
        return None if known is None else Decimal(known).scaleb(-2)

    @property
    def periods(self) -> tuple[Period, ...]:
        """The months of the window from the first that is archived on, and at least two."""
        window, first = window_of(self.day), Period.of(min(self.archived, default=self.day))
        known = sum(period >= first for period in window)
        return window[-max(known, FEWEST_MONTHS) :]

    @property
    def few(self) -> bool:
        """Whether the archive is so young that its months need no more than a third of a page."""
        return len(self.periods) <= FEW_MONTHS

    def charts(self, restated: Sequence[date]) -> dict[str, list[Row]]:
        """Return the rows of each chart; days that were restated are marked."""
        return {"months": self.months(), "burnup": self.so_far(), "daily": self.by_day(restated)}

    def months(self) -> list[Row]:
        """Return the bars: each month to its last archived day, and the estimate of this one.

        Months that are not archived keep their place, and have no bar.
        """
        return [self._month(period) for period in self.periods]

    def _month(self, period: Period) -> Row:
        inside = [d for d in sorted(self.archived) if Period.of(d) == period]
        assessed = [self.outlooks[d] for d in inside if d in self.outlooks]
        latest = assessed[-1] if assessed else everything(())
        ahead = latest if period == Period.of(self.day) else everything(())
        low, high = ahead.interval or (None, None)
        return {
            "month": self._name(period, len(inside)),
            "actual": _drawn(self.to_date(inside[-1]) if inside else None),
            "budget": _float(latest.budget),
            "estimate": _float(ahead.estimate),
            "low": _float(low),
            "high": _float(high),
        }

    def _name(self, period: Period, archived: int) -> str:
        """Name a month, and under it what it lacks: else a bar of few days would look cheap."""
        year = f" \N{RIGHT SINGLE QUOTATION MARK}{period.year % 100:02d}"
        name = f"{period.first:%b}{year if period.month == 1 else ''}"
        days = (min(period.last, self.day) - period.first).days + 1
        if archived == days:
            return name
        return f"{name}\n{f'{archived} of {days} days' if archived else 'not archived'}"

    def so_far(self) -> list[Row]:
        """Return the line of the month, the month before, the budget, and where it is heading."""
        first = self.day.replace(day=1)
        length = monthrange(first.year, first.month)[1]
        before = Period.of(self.day).previous
        return [self._point(number, length, before) for number in range(1, length + 1)]

    def _point(self, number: int, length: int, before: Period) -> Row:
        today = self.day.day
        at = self.day.replace(day=number)
        past = before.first + timedelta(days=number - 1)
        ahead = number >= today
        towards = (number - today) / (length - today) if length > today else 1.0
        now = _drawn(self.to_date(self.day))
        expected = self.outlooks.get(self.day, everything(()))
        low, high = expected.interval or (None, None)

        def goal(amount: Decimal | None) -> float | None:
            if amount is None or now is None or not ahead:
                return None
            return now + (float(amount) - now) * towards

        return {
            "day": number,
            "now": _drawn(self.to_date(at)) if number <= today else None,
            "before": _drawn(self.to_date(past)) if past in self._without_gap(before) else None,
            "budget": _float(expected.budget),
            "ahead": goal(expected.estimate),
            "low": goal(low),
            "high": goal(high),
            "latest": number == today and now is not None,
        }

    def _without_gap(self, period: Period) -> set[date]:
        """Return the days of a month up to its first that is not archived: a sum ends there."""
        return set(takewhile(self.archived.__contains__, period.days()))

    def by_day(self, restated: Sequence[date]) -> list[Row]:
        """Return the bar of each day of the window."""
        return [
            self._day(day, cents, restated=day in restated)
            for day, cents in zip(self.days, self.series.daily, strict=True)
        ]

    def _day(self, day: date, cents: int, *, restated: bool) -> Row:
        cost = _drawn(cents) if day in self.archived else None
        picked = day == self.day
        return {
            "date": str(day),
            "usual": None if picked else cost,
            "picked": cost if picked else None,
            "restated": cost if restated else None,
        }


def months_by_currency(board: Dashboard) -> dict[str, Months]:
    """Return what is drawn of each currency of a dashboard."""
    return {view.currency: Months.of(board, view) for view in board.currencies}


def _drawn(cents: int | None) -> float | None:
    return None if cents is None else cents / 100


def _float(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
