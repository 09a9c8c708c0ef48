"""The figures of a digest, taken from the archive and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa

from services.notifier.report.charges import ByType, Charges, by_type, charges, charges_by_ou
from services.notifier.report.currency_figures import Comparison, CurrencyFigures, Share
from services.notifier.report.day_costs import DayCosts
from services.notifier.report.displayed import Shown
from services.notifier.report.ou_lines import OuLine
from shared.breakdown import states
from shared.config_outlook import ROOT
from shared.money import exact_sum
from shared.outlook import Light, Outlook

__all__ = ["Comparison", "CurrencyFigures", "Figures", "Share", "figures"]
WORST: tuple[Light, ...] = ("red", "yellow", "green", "grey")
TOP_SERVICES = 8


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
    def metric_said(self) -> str:
        """The cost metric in words."""
        return self.metric.replace("_", " ")

    @property
    def lights(self) -> str:
        """How many OUs have which light."""
        lights = [line.outlook.light for part in self.currencies for line in part.ous]
        counted = [(light, lights.count(light)) for light in WORST]
        said = [f"{n:,} {'without a light' if c == 'grey' else c}" for c, n in counted if n]
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
    def head(self) -> str:
        """The path of the OU whose estimate and budget stand beside the totals."""
        return self.currencies[0].head if self.currencies else ROOT

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
    head: str = ROOT,
) -> Figures:
    """Work out a day's figures; `tables` holds the day and those earlier days there are.

    `month` has the charges of the month to date, and `outlooks` theirs: as billed, or in the
    display currency, to which `shown` converts the tables. `head` is the path of the OU whose
    estimate and budget stand beside the totals. Raises InputError when a rate is missing.
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
            _in_currency(each, day, tables, outlooks, metric, charged=charged, head=head)
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
    head: str,
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
        head=head,
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
