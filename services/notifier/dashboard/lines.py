"""The lines of the drill from all to OU, service and account, of one currency.

An OU's line and its services' hold its subtree, as the outlook does; an account's line holds what
it cost in the OU that it was in on the day.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from services.notifier.dashboard.given_back import GivenBack, given_back
from services.notifier.dashboard.places import ALL, Place, lineage
from services.notifier.dashboard.series import Costs, Series, whole_cents
from shared.days import Period
from shared.money import exact_sum

PLACES = ["OUPath", "Service", "LinkedAccount"]


@dataclass(frozen=True)
class Line:
    """Cents on the run's day, in its month to date and in the whole month before."""

    place: Place
    day: int
    month: int
    before: int
    series: Series | None
    """None for a line that is too small to have its days shown."""


@dataclass(frozen=True)
class Limits:
    """How much a dashboard holds, so that it stays under 5 MB."""

    values: int = 620_000
    """Daily amounts: the largest lines have them."""
    accounts: int = 110_000
    """Lines of accounts."""

    @classmethod
    def beside(cls, outlooks: int) -> "Limits":
        """Return what fits beside so many outlooks: each beyond 10,000 takes as much as 8 days."""
        return cls(values=max(0, cls.values - 8 * max(0, outlooks - 10_000)))


@dataclass(frozen=True)
class Lines:
    """The lines, and what was left out of them."""

    lines: tuple[Line, ...]
    accounts: int
    """Lines of accounts that there are."""
    left_out: int
    """Those of them that are not in `lines`."""
    left_out_cost: int
    """What they cost in the month to date, in cents."""
    given_back: tuple[GivenBack, ...] = ()
    """All together and the OUs, where credits or refunds hide what was consumed."""

    @property
    def without_days(self) -> int:
        """How many lines have no daily amounts."""
        return sum(line.series is None for line in self.lines)


def lines_of(table: pa.Table, days: Sequence[date], limits: Limits) -> Lines:
    """Return the lines of cells in one currency; `days` are the window's, the run's day last."""
    cells = list(_summed(table, ["OUPath", "Service", "Back", "Day"]))
    upper = _rolled_up(cells)
    weights = _weights(table)
    ranked = sorted(weights, key=lambda place: (-weights[place], place))
    kept, dropped = ranked[: limits.accounts], ranked[limits.accounts :]
    by_size = sorted(upper, key=lambda p: (p.service != ALL, -_size(upper[p]), p))
    with_days = limits.values // max(1, len(days))
    daily = _daily(table, kept[: max(0, with_days - len(by_size))])
    figures = _Figures.of(table, days[-1])
    shown = set(by_size[:with_days])
    return Lines(
        lines=(
            *(_upper(place, upper[place], days, whole=place in shown) for place in by_size),
            *(figures.line(place, daily.get(place), days) for place in kept),
        ),
        accounts=len(ranked),
        left_out=len(dropped),
        left_out_cost=whole_cents(
            exact_sum(figures.month.get(place, Decimal(0)) for place in dropped)
        ),
        given_back=given_back(cells, days),
    )


def _rolled_up(cells: Iterable[Mapping[str, Any]]) -> dict[Place, Costs]:
    """Add up exactly per OU with its subtree, and per service of it."""
    parts: dict[Place, dict[date, list[Decimal]]] = defaultdict(lambda: defaultdict(list))
    parts[Place()] = defaultdict(list)
    for row in cells:
        for ou in lineage(row["OUPath"]):
            for place in (Place(ou), Place(ou, row["Service"])):
                parts[place][row["Day"]].append(row["Cost_sum"])
    return {
        place: {day: exact_sum(costs) for day, costs in by_day.items()}
        for place, by_day in parts.items()
    }


def _weights(table: pa.Table) -> dict[Place, float]:
    """Return how large each account's line is: only their order is used, so floats will do."""
    sizes = pc.abs(table["Cost"].cast(pa.float64()))
    summed = table.append_column("Size", sizes).group_by(PLACES).aggregate([("Size", "sum")])
    keys = zip(*(_texts(summed[name]) for name in PLACES), strict=True)
    return dict(zip(map(Place._make, keys), summed["Size_sum"].to_pylist(), strict=True))


def _size(costs: Costs) -> Decimal:
    return exact_sum(cost.copy_abs() for cost in costs.values())


def _upper(place: Place, costs: Costs, days: Sequence[date], *, whole: bool) -> Line:
    month = Period.of(days[-1])
    return _line(
        place,
        (
            costs.get(days[-1], Decimal(0)),
            exact_sum(cost for day, cost in costs.items() if Period.of(day) == month),
            exact_sum(cost for day, cost in costs.items() if Period.of(day) == month.previous),
        ),
        Series.of(costs, days) if whole else None,
    )


def _line(place: Place, amounts: tuple[Decimal, Decimal, Decimal], series: Series | None) -> Line:
    day, month, before = map(whole_cents, amounts)
    return Line(place, day, month, before, series)


@dataclass(frozen=True)
class _Figures:
    """Exact amounts of the accounts' lines, by place."""

    day: Mapping[Place, Decimal]
    month: Mapping[Place, Decimal]
    before: Mapping[Place, Decimal]

    @classmethod
    def of(cls, table: pa.Table, day: date) -> "_Figures":
        period = Period.of(day)
        return cls(
            _between(table, day, day),
            _between(table, period.first, day),
            _between(table, period.previous.first, period.previous.last),
        )

    def line(self, place: Place, costs: Costs | None, days: Sequence[date]) -> Line:
        none = Decimal(0)
        amounts = tuple(part.get(place, none) for part in (self.day, self.month, self.before))
        series = None if costs is None else Series.of(costs, days)
        return _line(place, (amounts[0], amounts[1], amounts[2]), series)


def _between(table: pa.Table, first: date, last: date) -> dict[Place, Decimal]:
    days = table["Day"]
    inside = pc.and_(pc.greater_equal(days, first), pc.less_equal(days, last))
    summed = table.filter(inside).group_by(PLACES).aggregate([("Cost", "sum")])
    keys = zip(*(_texts(summed[name]) for name in PLACES), strict=True)
    return dict(zip(map(Place._make, keys), summed["Cost_sum"].to_pylist(), strict=True))


def _daily(table: pa.Table, places: Sequence[Place]) -> dict[Place, Costs]:
    """Return the exact daily costs of the accounts' lines that are asked for."""
    rows = table.filter(_among(table, places)) if places else table.slice(0, 0)
    found: dict[Place, dict[date, Decimal]] = {place: {} for place in places}
    for row in _summed(rows, [*PLACES, "Day"]):
        found[Place(*(row[name] for name in PLACES))][row["Day"]] = row["Cost_sum"]
    return dict(found)


def _among(table: pa.Table, places: Sequence[Place]) -> pa.ChunkedArray:
    """Say of each cell whether it is of one of the places: by number, for there may be millions."""
    codes, wanted = None, [0] * len(places)
    for number, name in enumerate(PLACES):
        column = table[name].unify_dictionaries().combine_chunks()
        known = {text: code for code, text in enumerate(column.dictionary.to_pylist())}
        here, size = column.indices.cast(pa.int64()), len(known)
        codes = here if codes is None else pc.add(pc.multiply(codes, size), here)
        wanted = [w * size + known[p[number]] for w, p in zip(wanted, places, strict=True)]
    return pc.is_in(codes, pa.array(wanted, pa.int64()))


def _summed(table: pa.Table, keys: list[str]) -> Iterable[dict[str, Any]]:
    summed = table.group_by(keys).aggregate([("Cost", "sum")])
    columns = [_texts(summed[name]) for name in summed.column_names]
    return (dict(zip(summed.column_names, row, strict=True)) for row in zip(*columns, strict=True))


def _texts(column: pa.ChunkedArray) -> list[Any]:
    dictionary = pa.types.is_dictionary(column.type)
    texts: list[Any] = (column.cast(pa.string()) if dictionary else column).to_pylist()
    return texts
