"""The figures of a digest, taken from the archive and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa

from services.notifier.charges import (
    ByType,
    Charges,
    by_type,
    charges,
    charges_by_ou,
    differing,
)
from services.notifier.day_costs import DayCosts
from services.notifier.displayed import Shown
from services.notifier.expectations import expectations
from services.notifier.look import NONE
from services.notifier.ou_lines import OuLine, giving_back, worth_showing
from services.notifier.percent import change, percent
from shared.breakdown import states
from shared.config_outlook import ROOT
from shared.money import cents, exact_sum
from shared.outlook import Light, Outlook

WORST: tuple[Light, ...] = ("red", "yellow", "green", "grey")
TOP_SERVICES = 8


@dataclass(frozen=True)
class Comparison:
    """The day against an earlier figure; `change` in percent, None when that was zero."""

    label: str
    amount: Decimal

    def change(self, total: Decimal) -> Decimal | None:
        """Return by how many percent of its size `total` is above the earlier figure."""
        return percent(total, self.amount)


@dataclass(frozen=True)
class Share:
    """A service's or an account's part of the day."""

    name: str
    cost: Decimal

    def of(self, total: Decimal) -> str:
        """Return its share of a total in percent."""
        return f"{100 * self.cost / total:.1f} %" if total else NONE


@dataclass(frozen=True)
class CurrencyFigures:
    """Everything a digest says in one currency."""

    currency: str
    total: Decimal
    month_to_date: Decimal
    comparisons: tuple[Comparison, ...]
    ous: tuple[OuLine, ...]
    services: tuple[Share, ...]
    other_services: int
    unmapped: tuple[Share, ...]
    charges: Charges | None
    """Gross, credits and net of the day; None on a day without a line in the currency."""
    month_charges: Charges | None

    @property
    def root(self) -> Outlook | None:
        """The outlook of the whole organization, where it has cost or a budget."""
        return next((line.outlook for line in self.ous if line.outlook.ou_path == ROOT), None)

    @property
    def day_said(self) -> str:
        """The day and the month in one sentence, for where there is room for no more."""
        against = [
            f"{change(self.total, each.amount)} against {each.label}" for each in self.comparisons
        ]
        day = "; ".join([f"Day {cents(self.total)} {self.currency}", *against])
        return f"{day}. Month to date {cents(self.month_to_date)} {self.currency}."

    @property
    def expectations(self) -> tuple[str, ...]:
        """What the whole organization is expected to cost, in sentences."""
        return expectations(self.root) if self.root else ()

    @property
    def used(self) -> str:
        """How much of the organization's budget is spent; empty without one."""
        root = self.root
        if root is None or not root.budget:
            return ""
        return f"{100 * root.month_to_date / root.budget:.1f} % of Root's budget"

    @property
    def against_budget(self) -> str:
        """How the organization's estimate is against its budget; empty without either."""
        root = self.root
        if root is None or not root.budget or root.month_end_estimate is None:
            return ""
        return f"{change(root.month_end_estimate, root.budget)} against the budget"

    @property
    def top(self) -> int:
        """How far below the root the uppermost of the OUs is."""
        return min((line.depth for line in self.ous), default=0)

    @property
    def shown(self) -> tuple[OuLine, ...]:
        """The lines of the OU table: all, or of too many those in trouble and the largest."""
        return worth_showing(self.ous)

    @property
    def other_ous(self) -> int:
        """How many OUs the table leaves out."""
        return len(self.ous) - len(self.shown)

    @property
    def charged(self) -> tuple[tuple[str, Charges], ...]:
        """Gross, credits and net of the day and of the month, where net alone hides something."""
        return differing(self.charges, self.month_charges)

    @property
    def giving_back(self) -> tuple[OuLine, ...]:
        """The OUs in which credits or refunds hide what was consumed."""
        return giving_back(self.ous)


@dataclass(frozen=True)
class Figures:
    """The figures of a day's digest."""

    day: date
    complete: bool
    metric: str
    rows: int
    currencies: tuple[CurrencyFigures, ...]
    billed: tuple[tuple[str, Decimal], ...]
    """The day's exact total by currency as billed: what the export and the CSV add up to."""
    rates: tuple[tuple[str, Decimal], ...] = ()
    """What one unit of each converted currency is in the display currency."""
    final: bool = False

    @property
    def status(self) -> str:
        """How far the day can be relied on, in words."""
        if self.final:
            return "final day: its month is invoiced"
        return "complete day" if self.complete else "partial day: usage is still being delivered"

    @property
    def lights(self) -> str:
        """How many OUs have which light."""
        lights = [line.outlook.light for part in self.currencies for line in part.ous]
        counted = [(light, lights.count(light)) for light in WORST]
        said = [f"{n} {'without a light' if c == 'grey' else c}" for c, n in counted if n]
        return ", ".join(said) or "no OU has cost or a budget"

    @property
    def worst(self) -> Light:
        """The light that matters most: grey only when there is no other."""
        lights = {line.outlook.light for part in self.currencies for line in part.ous}
        return next((light for light in WORST if light in lights), "grey")

    @property
    def unmapped(self) -> bool:
        """Whether any account that cost something was in no OU."""
        return any(part.unmapped for part in self.currencies)

    @property
    def in_trouble(self) -> tuple[OuLine, ...]:
        """The OUs whose light is red or yellow, red first."""
        lines = [line for part in self.currencies for line in part.ous]
        troubled = [line for line in lines if line.outlook.light in ("red", "yellow")]
        return tuple(sorted(troubled, key=lambda line: WORST.index(line.outlook.light)))


def figures(
    day: date,
    tables: Mapping[date, pa.Table],
    outlooks: list[Outlook],
    metric: str,
    *,
    complete: bool,
    final: bool = False,
    month: Sequence[ByType] = (),
    shown: Shown | None = None,
) -> Figures:
    """Work out a day's figures; `tables` holds the day and those earlier days there are.

    `month` has the charges of the month to date, and `outlooks` theirs: as billed, or in the
    display currency, to which `shown` converts the tables. Raises InputError when a rate is
    missing.
    """
    billed = {name: each.net for name, each in charges([by_type(tables[day], metric)]).items()}
    if shown:
        tables = {each: shown.table(rows, each) for each, rows in tables.items()}
    charged = _Charged.of(by_type(tables[day], metric)), _Charged.of(*month)
    known = {*tables[day]["Currency"].to_pylist(), *(row.currency for row in outlooks)}
    return Figures(
        day=day,
        complete=complete,
        metric=metric,
        rows=tables[day].num_rows,
        currencies=tuple(
            _in_currency(each, day, tables, outlooks, metric, charged=charged)
            for each in sorted(known)
        ),
        billed=tuple(billed.items()),
        rates=shown.rates(billed) if shown else (),
        final=final,
    )


@dataclass(frozen=True)
class _Charged:
    """The charges of some days: in all, and of each OU with everything below it."""

    whole: Mapping[str, Charges]
    ous: Mapping[tuple[str, str], Charges]

    @classmethod
    def of(cls, *parts: ByType) -> "_Charged":
        return cls(charges(parts), charges_by_ou(parts))


def _in_currency(
    currency: str,
    day: date,
    tables: Mapping[date, pa.Table],
    outlooks: list[Outlook],
    metric: str,
    *,
    charged: tuple[_Charged, _Charged],
) -> CurrencyFigures:
    stated = {d: table for d, table in tables.items() if states(table, metric)}
    costs = {d: DayCosts.of(table, currency, metric) for d, table in stated.items()}
    (of_day, of_month), today = charged, costs[day]
    services = _shares(today.by["Service"])
    month = of_month.whole.get(currency)
    return CurrencyFigures(
        currency=currency,
        total=today.total,
        month_to_date=month.net if month else _own_month(outlooks, currency),
        comparisons=_comparisons(day, {d: cost.total for d, cost in costs.items()}),
        ous=tuple(
            OuLine(
                outlook,
                today.subtree(outlook.ou_path),
                of_day.ous.get((currency, outlook.ou_path)),
                of_month.ous.get((currency, outlook.ou_path)),
            )
            for outlook in outlooks
            if outlook.currency == currency
        ),
        services=services[:TOP_SERVICES],
        other_services=max(0, len(services) - TOP_SERVICES),
        unmapped=_shares(today.unmapped),
        charges=of_day.whole.get(currency),
        month_charges=month,
    )


def _own_month(outlooks: list[Outlook], currency: str) -> Decimal:
    return exact_sum(o.own_month_to_date for o in outlooks if o.currency == currency)


def _comparisons(day: date, totals: Mapping[date, Decimal]) -> tuple[Comparison, ...]:
    """Compare with a week ago and with the mean of the seven days before, where archived."""
    found = []
    week_ago = day - timedelta(days=7)
    if week_ago in totals:
        found.append(Comparison(f"{week_ago:%A} a week ago", totals[week_ago]))
    before = [totals[d] for d in totals if week_ago <= d < day]
    if len(before) == 7:  # noqa: PLR2004 - the days of a week
        found.append(Comparison("mean of the 7 days before", exact_sum(before) / 7))
    return tuple(found)


def _shares(costs: Mapping[str, Decimal]) -> tuple[Share, ...]:
    return tuple(
        Share(name, cost) for name, cost in sorted(costs.items(), key=lambda i: (-abs(i[1]), i[0]))
    )
