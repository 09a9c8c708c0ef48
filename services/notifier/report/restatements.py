"""What changed in days that an earlier digest told of: by how much, and in which OUs.

Ups and downs are kept apart down to one OU on one day, so that none hides another.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.config_outlook import shown_ou
from shared.day_record import DayVersion
from shared.days import ONE_DAY
from shared.money import MINUS, cents, exact_sum

TOP_OUS = 3
MOST_SPANS = 8
"""Spans of days that a digest shows in one currency; the others are added up."""
Cells = dict[date, dict[str, Decimal]]
"""Changes in one currency by day and OU path; none is zero."""


@dataclass(frozen=True)
class DayChange:
    """A day of which another version is in force than the one that was told.

    `was` is None where the ledger has lost that one, with a record that had to be made anew.
    """

    day: date
    was: DayVersion | None
    now: DayVersion

    def states(self, metric: str) -> bool:
        """Say whether both versions are known and state a cost metric."""
        return self.was is not None and all(
            part.states(metric) for part in (*self.was.totals, *self.now.totals)
        )


@dataclass(frozen=True)
class Movement:
    """How much went up and how much went down: `up` is not negative, `down` not positive."""

    up: Decimal
    down: Decimal

    @classmethod
    def of(cls, changes: Iterable[Decimal]) -> "Movement":
        """Add up changes, each on its side."""
        known = list(changes)
        return cls(
            exact_sum(change for change in known if change > 0),
            exact_sum(change for change in known if change < 0),
        )

    @property
    def total(self) -> Decimal:
        """Ups and downs together."""
        return exact_sum((self.up, self.down))

    @property
    def moved(self) -> Decimal:
        """How much changed in either direction."""
        return exact_sum((self.up, self.down.copy_negate()))

    def __str__(self) -> str:
        sides = [f"+{cents(self.up)}"] if self.up else []
        # Less than half a cent is shown with its sign, too.
        sides += [f"{MINUS}{cents(self.down.copy_abs())}"] if self.down else []
        return " and ".join(sides)


@dataclass(frozen=True)
class OuChange:
    """What changed in one OU's own cost."""

    ou: str
    movement: Movement


@dataclass(frozen=True)
class Span:
    """What changed on days in a row; `ous` has the largest changes first."""

    first: date
    last: date
    movement: Movement
    ous: tuple[OuChange, ...]

    @property
    def days(self) -> str:
        """The days as a reader knows them."""
        return days_said(self.first, self.last)

    @property
    def top(self) -> tuple[OuChange, ...]:
        """The OUs that a digest names."""
        return self.ous[:TOP_OUS]

    @property
    def more(self) -> int:
        """How many OUs it does not name."""
        return len(self.ous) - len(self.top)


@dataclass(frozen=True)
class CurrencyRestatements:
    """What changed in one currency, in the order of the days."""

    currency: str
    spans: tuple[Span, ...]

    @property
    def shown(self) -> tuple[Span, ...]:
        """The spans that a digest shows: all, or of too many the largest."""
        largest = sorted(self.spans, key=lambda span: span.movement.moved, reverse=True)
        kept = set(largest[:MOST_SPANS])
        return tuple(span for span in self.spans if span in kept)

    @property
    def others(self) -> tuple[Span, ...]:
        """The spans that it adds up."""
        shown = set(self.shown)
        return tuple(span for span in self.spans if span not in shown)

    @property
    def others_movement(self) -> Movement:
        """What changed in the spans that are not shown."""
        sides = [(span.movement.up, span.movement.down) for span in self.others]
        return Movement.of(side for both in sides for side in both)


@dataclass(frozen=True)
class Restatements:
    """What changed since the digest of the day `since`."""

    since: date
    currencies: tuple[CurrencyRestatements, ...]
    unstated: tuple[date, ...]
    """Days that changed by an amount nobody can tell: a version is lost, or states no such cost."""

    @property
    def unstated_days(self) -> str:
        """Those days as a reader knows them."""
        return ", ".join(days_said(run[0], run[-1]) for run in _runs(self.unstated))


def days_said(first: date, last: date) -> str:
    """Return days in a row as a reader knows them: `5 Nov`, `14-20 Nov`, `28 Feb-2 Mar`."""
    if first == last:
        return f"{last:%-d %b}"
    same_month = (first.year, first.month) == (last.year, last.month)
    return f"{first:{'%-d' if same_month else '%-d %b'}}-{last:%-d %b}"


def restatements(
    since: date | None, changes: Sequence[DayChange], metric: str
) -> Restatements | None:
    """Work out what changed in a cost metric; None when nothing did in any OU and currency.

    `since` is the day of the digest that told of the days before; None when there was none.
    """
    stated = [change for change in changes if change.states(metric)]
    unstated = sorted(change.day for change in changes if not change.states(metric))
    by_currency = _cells(stated, metric)
    if since is None or not (by_currency or unstated):
        return None
    currencies = tuple(
        CurrencyRestatements(currency, tuple(_span(days, cells) for days in _runs(cells)))
        for currency, cells in sorted(by_currency.items())
    )
    return Restatements(since, currencies, tuple(unstated))


def _cells(changes: Sequence[DayChange], metric: str) -> dict[str, Cells]:
    cells: dict[str, Cells] = defaultdict(lambda: defaultdict(dict))
    for change in changes:
        was, now = _costs(change.was, metric), _costs(change.now, metric)
        for currency, ou in sorted(was.keys() | now.keys()):
            before, after = (costs.get((currency, ou), Decimal(0)) for costs in (was, now))
            # copy_negate: a minus sign would round to the context's 28 digits.
            if difference := exact_sum((after, before.copy_negate())):
                cells[currency][change.day][ou] = difference
    return cells


def _costs(version: DayVersion | None, metric: str) -> dict[tuple[str, str], Decimal]:
    by_ou = version.by_ou if version else {}
    return {
        (part.currency, ou): part.metric(metric) for ou, parts in by_ou.items() for part in parts
    }


def _runs(days: Iterable[date]) -> list[list[date]]:
    """Group days into runs without a gap."""
    runs: list[list[date]] = []
    for day in sorted(days):
        if runs and day - runs[-1][-1] == ONE_DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _span(days: list[date], cells: Cells) -> Span:
    by_ou: dict[str, list[Decimal]] = defaultdict(list)
    for day in days:
        for ou, change in cells[day].items():
            by_ou[ou].append(change)
    ous = [OuChange(shown_ou(ou), Movement.of(c)) for ou, c in by_ou.items()]
    return Span(
        first=days[0],
        last=days[-1],
        movement=Movement.of(change for day in days for change in cells[day].values()),
        ous=tuple(sorted(ous, key=lambda each: (-each.movement.moved, each.ou))),
    )
