"""What a dashboard says, made from the archive and the outlooks, before it becomes a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.notifier.dashboard.cells import Cells, in_currency, window_of
from services.notifier.dashboard.lines import Limits, Lines, lines_of
from services.notifier.dashboard.series import whole_cents
from services.notifier.report.findings import days_of, said
from services.notifier.report.restatements import Restatements
from shared.anomalies import Anomaly as Found
from shared.anomalies import State
from shared.day_status import DayStatus
from shared.days import days_between
from shared.outlook import Outlook


@dataclass(frozen=True)
class Anomaly:
    """Days on which something cost more or less than usual, from `day` on; `impact` is in cents."""

    day: date
    ou_path: str
    service: str
    account: str
    currency: str
    impact: int
    reason: str
    account_name: str = ""
    until: date | None = None
    """The last of them, as far as it is known."""
    days: str = ""
    """They in words, as the digest says them."""
    state: State = "open"
    is_new: bool = False


def on_page(found: Sequence[Found]) -> tuple[Anomaly, ...]:
    """Return what stood out as a page shows it, heaviest first."""
    return tuple(
        Anomaly(
            day=each.since,
            ou_path=each.ou_path,
            service=each.service,
            account=each.account,
            currency=each.currency,
            impact=whole_cents(each.impact),
            reason=said(each),
            account_name=each.account_name,
            until=each.until,
            days=days_of(each),
            state=each.state,
            is_new=each.is_new,
        )
        for each in found
    )


@dataclass(frozen=True)
class Told:
    """What is known of a run beside its amounts."""

    day: date
    complete: bool
    metric: str
    run: str
    source_version: str
    final: bool = False
    notes: tuple[str, ...] = ()
    restated: Restatements | None = None
    restated_days: tuple[date, ...] = ()
    """Days whose figures are not those that the last digest told."""
    anomalies: tuple[Anomaly, ...] | None = None
    """Heaviest first; None when nobody looked."""
    history: int | None = None
    """Days of history that there were to judge by; None: not known."""


@dataclass(frozen=True)
class CurrencyView:
    """A dashboard in one currency."""

    currency: str
    lines: Lines
    outlooks: tuple[Outlook, ...]
    """Those of every day that was assessed."""


@dataclass(frozen=True)
class Dashboard:
    """Everything that one page says."""

    told: Told
    days: tuple[date, ...]
    """Every day of the window, from the first that is archived to the run's."""
    archived: frozenset[date]
    currencies: tuple[CurrencyView, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    """Account names by account id."""
    statuses: Mapping[date, DayStatus] = field(default_factory=dict)
    """How far days before the run's can be relied on, where it is known."""

    def status(self, day: date) -> DayStatus | None:
        """Return how far a day can be relied on: the run's own as the run says; None: not known."""
        if day != self.told.day:
            return self.statuses.get(day)
        return "final" if self.told.final else "complete" if self.told.complete else "partial"


def dashboard(
    told: Told,
    cells: Cells,
    outlooks: Sequence[Outlook],
    limits: Limits | None = None,
    *,
    statuses: Mapping[date, DayStatus] | None = None,
) -> Dashboard:
    """Work out a page; `cells` and `outlooks` hold the days of the window that there are."""
    first = max(window_of(told.day)[0].first, min(cells.days, default=told.day))
    days = tuple(days_between(first, told.day))
    here = [row for row in outlooks if first <= row.as_of <= told.day]
    currencies = {*(row.currency for row in here), *_currencies(cells)}
    room = limits or Limits.beside(len(here))
    return Dashboard(
        told=told,
        days=days,
        archived=frozenset(cells.days),
        currencies=tuple(
            CurrencyView(
                currency,
                lines_of(in_currency(cells, currency), days, room),
                tuple(row for row in here if row.currency == currency),
            )
            for currency in sorted(currencies)
        ),
        names=cells.names,
        statuses=statuses or {},
    )


def _currencies(cells: Cells) -> set[str]:
    return set(cells.table["Currency"].unique().cast("string").to_pylist())
