"""The figures of a digest, taken from the archive and nothing else."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa

from services.notifier.charges import Charges, by_type, charges
from services.notifier.displayed import Shown
from services.notifier.expectations import expectations
from shared.breakdown import METRICS, states
from shared.config_outlook import ROOT, UNMAPPED
from shared.money import exact_sum
from shared.outlook import Light, Outlook

WORST: tuple[Light, ...] = ("red", "yellow", "green", "grey")
TOP_SERVICES = 8
MOST_OUS = 60
"""Lines of the OU table: mail clients cut a message off at about 100 KB."""


@dataclass(frozen=True)
class Comparison:
    """The day against an earlier figure; `change` in percent, None when that was zero."""

    label: str
    amount: Decimal

    def change(self, total: Decimal) -> Decimal | None:
        """Return by how many percent `total` is above the earlier figure."""
        return (total / self.amount - 1) * 100 if self.amount else None


@dataclass(frozen=True)
class OuLine:
    """One OU of the digest's table: its outlook, and its subtree's cost of the day."""

    outlook: Outlook
    cost: Decimal

    @property
    def depth(self) -> int:
        """How far below the root the OU is."""
        return self.outlook.ou_path.count("/")

    @property
    def name(self) -> str:
        """The OU's own name, without its parents'."""
        return self.outlook.ou_path.rpartition("/")[2]


@dataclass(frozen=True)
class Share:
    """A service's or an account's part of the day."""

    name: str
    cost: Decimal


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
    def expectations(self) -> tuple[str, ...]:
        """What the whole organization is expected to cost, in sentences."""
        root = [line.outlook for line in self.ous if line.outlook.ou_path == ROOT]
        return expectations(root[0]) if root else ()

    @property
    def shown(self) -> tuple[OuLine, ...]:
        """The lines of the OU table: all, or of too many those in trouble and the largest."""
        return _worth_showing(self.ous)

    @property
    def other_ous(self) -> int:
        """How many OUs the table leaves out."""
        return len(self.ous) - len(self.shown)


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
    month: Mapping[str, Charges] | None = None,
    shown: Shown | None = None,
) -> Figures:
    """Work out a day's figures; `tables` holds the day and those earlier days there are.

    `month` has the charges of the month to date by currency, and `outlooks` theirs: as billed, or
    in the display currency, to which `shown` converts the tables. Raises InputError when a rate is
    missing.
    """
    billed = {name: each.net for name, each in charges([by_type(tables[day], metric)]).items()}
    if shown:
        tables = {each: shown.table(rows) for each, rows in tables.items()}
    table = tables[day]
    today = charges([by_type(table, metric)])
    currencies = sorted({*table["Currency"].to_pylist(), *(row.currency for row in outlooks)})
    charged = {each: (today.get(each), (month or {}).get(each)) for each in currencies}
    return Figures(
        day=day,
        complete=complete,
        metric=metric,
        rows=table.num_rows,
        currencies=tuple(
            _in_currency(each, day, tables, outlooks, metric, charged=charged[each])
            for each in currencies
        ),
        billed=tuple(billed.items()),
        rates=shown.rates(billed) if shown else (),
        final=final,
    )


def _in_currency(
    currency: str,
    day: date,
    tables: Mapping[date, pa.Table],
    outlooks: list[Outlook],
    metric: str,
    *,
    charged: tuple[Charges | None, Charges | None],
) -> CurrencyFigures:
    stated = {d: table for d, table in tables.items() if states(table, metric)}
    costs = {d: _Costs.of(table, currency, metric) for d, table in stated.items()}
    today = costs[day]
    services = _shares(today.by["Service"])
    lines = [
        OuLine(outlook, today.subtree(outlook.ou_path))
        for outlook in outlooks
        if outlook.currency == currency
    ]
    return CurrencyFigures(
        currency=currency,
        total=today.total,
        month_to_date=charged[1].net if charged[1] else _own_month(outlooks, currency),
        comparisons=_comparisons(day, {d: cost.total for d, cost in costs.items()}),
        ous=tuple(lines),
        services=services[:TOP_SERVICES],
        other_services=max(0, len(services) - TOP_SERVICES),
        unmapped=_shares(today.unmapped),
        charges=charged[0],
        month_charges=charged[1],
    )


def _own_month(outlooks: list[Outlook], currency: str) -> Decimal:
    return exact_sum(o.own_month_to_date for o in outlooks if o.currency == currency)


def _worth_showing(lines: tuple[OuLine, ...]) -> tuple[OuLine, ...]:
    """Return the lines in their order, of too many only those in trouble and the largest."""

    def rank(line: OuLine) -> tuple[bool, Decimal]:
        troubled = line.outlook.light in ("red", "yellow")
        return troubled, abs(line.outlook.month_to_date)

    kept = {id(line) for line in sorted(lines, key=rank, reverse=True)[:MOST_OUS]}
    return tuple(line for line in lines if id(line) in kept)


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


@dataclass(frozen=True)
class _Costs:
    """One day's rows in one currency, added up exactly by each dimension."""

    total: Decimal
    by: dict[str, dict[str, Decimal]]
    unmapped: dict[str, Decimal]

    @classmethod
    def of(cls, table: pa.Table, currency: str, metric: str) -> "_Costs":
        rows = [row for row in table.to_pylist() if row["Currency"] == currency]
        amount = METRICS[metric]
        unmapped = [row for row in rows if row["OUPath"] == UNMAPPED]
        return cls(
            total=exact_sum(row[amount] for row in rows),
            by={key: _sums(rows, key, amount) for key in ("OUPath", "Service")},
            unmapped=_sums(unmapped, "LinkedAccount", amount),
        )

    def subtree(self, ou_path: str) -> Decimal:
        inside = (ou_path, f"{ou_path}/")
        ous = self.by["OUPath"].items()
        return exact_sum(cost for ou, cost in ous if ou == inside[0] or ou.startswith(inside[1]))


def _sums(rows: list[dict[str, object]], key: str, amount: str) -> dict[str, Decimal]:
    groups: dict[str, list[Decimal]] = defaultdict(list)
    for row in rows:
        groups[str(row[key])].append(Decimal(str(row[amount])))
    return {name: exact_sum(amounts) for name, amounts in groups.items()}
