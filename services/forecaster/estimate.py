"""An OU's estimates by calendar months: from a forecast, or the run rate where there is none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from services.forecaster.planned import planned_on
from shared.config_outlook import PlannedEvent
from shared.days import ONE_DAY, Period, days_between
from shared.money import exact_sum, to_scale

RUN_RATE = "run-rate"
FORECAST = "forecast"
MONTHS = (3, 6)
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Total:
    """The forecast of a sum of days; half the width of its intervals, None when not known."""

    amount: float
    half_80: float | None = None
    half_95: float | None = None


@dataclass(frozen=True)
class Forecast:
    """What an OU and its subtree will cost in the rest of the month, the next three and six months.

    `error` is the mean absolute error of the last months' 30-day totals as a share of what came,
    over `checked` of them; None before there are any. `short`: the mean so far, no forecast.
    `falls`: credits or the like are expected to lower what the month has cost so far.
    """

    windows: tuple[Total, ...]
    short: bool
    error: float | None
    checked: int
    falls: bool = False


NOTHING = Forecast((Total(0.0, 0.0, 0.0),) * 3, short=False, error=None, checked=0)
"""Of an OU in which nothing is any more that costs."""


@dataclass(frozen=True)
class Range:
    """An expected amount with the ends of its 80 and 95 % intervals, where they are known."""

    amount: Decimal
    low_80: Decimal | None = None
    high_80: Decimal | None = None
    low_95: Decimal | None = None
    high_95: Decimal | None = None

    def at_least(self, spent: Decimal) -> "Range":
        """Return it with no lower end below what is spent, or below the amount if that is less."""
        if self.low_80 is None or self.low_95 is None:
            return self
        least = min(spent, self.amount)
        return replace(self, low_80=max(self.low_80, least), low_95=max(self.low_95, least))


@dataclass(frozen=True)
class Estimate:
    """What an OU is expected to cost: the whole month, the next three months, and the next six."""

    method: str
    ranges: tuple[Range, ...]
    error: float | None = None
    checked: int = 0


def by_forecast(month_to_date: Decimal, forecast: Forecast) -> Estimate:
    """Return the estimate of a forecast; what was spent is no longer uncertain."""
    spent = (month_to_date, Decimal(0), Decimal(0))
    month, *later = (_range(*each) for each in zip(spent, forecast.windows, strict=True))
    ranges = [month if forecast.falls else month.at_least(month_to_date), *later]
    method = RUN_RATE if forecast.short else FORECAST
    return Estimate(method, tuple(ranges), forecast.error, forecast.checked)


def _range(spent: Decimal, total: Total) -> Range:
    amount = spent + _cents(total.amount)
    if total.half_80 is None or total.half_95 is None:
        return Range(amount)
    half_80, half_95 = _cents(total.half_80), _cents(total.half_95)
    return Range(amount, amount - half_80, amount + half_80, amount - half_95, amount + half_95)


def _cents(amount: float) -> Decimal:
    return Decimal(repr(amount)).quantize(_CENT)


def by_run_rate(
    month_to_date: Decimal, day: date, planned: Sequence[PlannedEvent] = ()
) -> Estimate:
    """Return the estimate if days go on as they did this month, but for what is planned.

    What was planned of the days so far is no part of their rate, and that of later days is added:
    an event that has begun, or is about to end, counts on its own days.
    """
    month = Period.of(day)
    ends = [month]
    for _ in range(max(MONTHS)):
        ends.append(ends[-1].next)
    later = month.last + ONE_DAY
    spans = [(day + ONE_DAY, month.last), *((later, ends[count].last) for count in MONTHS)]
    so_far, *plans = (_planned(planned, *span) for span in [(month.first, day), *spans])
    plans[0] = exact_sum((so_far, plans[0]))
    usual = exact_sum((month_to_date, so_far.copy_negate()))
    counts = [month.length, *((end - first).days + 1 for first, end in spans[1:])]
    rates = [run_rate(usual, day, count) for count in counts]
    amounts = [exact_sum(each) for each in zip(rates, plans, strict=True)]
    return Estimate(RUN_RATE, tuple(Range(amount) for amount in amounts))


def _planned(events: Sequence[PlannedEvent], first: date, last: date) -> Decimal:
    """Return what is planned of the days from `first` to `last`, both included."""
    days = days_between(first, last)
    return exact_sum(planned_on(event, day) for day in days for event in events)


def run_rate(month_to_date: Decimal, day: date, days: int) -> Decimal:
    """Return what `days` days cost if each costs the mean day of the month so far."""
    return to_scale(month_to_date / day.day * days)
