"""Why each OU's cost changed: the rows of ou-changes as of a day (`shared/why.py`).

Per account's service, in this order: what credits, refunds and discounts changed; then, of the
rest, `new` or `gone` where there was nothing before or is nothing now; then `price` from what
drove the cost; and what is left is `usage`, so that the five add up exactly. An account that was
in two OUs meanwhile has no price, nor has a service of which the line items say something else.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from services.forecaster.price import CREDITS, Seller, Used, price_effects
from shared.breakdown import METRICS, states
from shared.currency import Display
from shared.days import ONE_DAY, Period, days_between
from shared.money import exact_product, exact_sum, to_scale
from shared.why import Change, Span

ZERO = Decimal(0)
_KEYS = ["OU", "OUPath", "Service", "LinkedAccount", "Currency"]


class Owned(NamedTuple):
    """An account's service in an OU, in a billed currency."""

    ou: str
    ou_path: str
    service: str
    account: str
    currency: str

    @property
    def seller(self) -> Seller:
        """Whose price it has."""
        return Seller(self.account, self.service, self.currency)


@dataclass(frozen=True)
class Sum:
    """What something cost in some days: without what lowers a bill, and that."""

    rest: Decimal = ZERO
    credits: Decimal = ZERO

    @property
    def whole(self) -> Decimal:
        """All of it."""
        return exact_sum((self.rest, self.credits))


@dataclass(frozen=True)
class Compared:
    """The archived days of two billing periods, what drove their cost, and the cost metric."""

    tables: Mapping[date, pa.Table]
    drivers: pa.Table
    metric: str
    display: Display | None = None

    def changes(self, day: date) -> list[Change]:
        """Return why a day and its month to date cost what they do, as far as both are archived."""
        month = list(Period.of(day).days(until=day))
        first = Period.of(day).previous.first
        last = min(Period.of(first).last, first.replace(day=1) + (day - month[0]))
        spans: tuple[tuple[Span, list[date], list[date]], ...] = (
            ("day", [day - ONE_DAY], [day]),
            ("month", list(days_between(first, last)), month),
        )
        return [
            change
            for span, before, after in spans
            if self._has([*before, *after])
            for change in self._span(day, span, before, after)
        ]

    def _has(self, days: Sequence[date]) -> bool:
        return all(d in self.tables and states(self.tables[d], self.metric) for d in days)

    def _span(
        self, day: date, span: Span, before: Sequence[date], after: Sequence[date]
    ) -> list[Change]:
        then, now = self._sums(before), self._sums(after)
        prices = self._prices(before, after, then, now)
        names = self._names([*before, *after])
        rows = _Rows(day, span, names, self.display)
        for owned in sorted(then.keys() | now.keys()):
            price = prices.get(owned, ZERO)
            billed = Period.of((after if owned in now else before)[0])
            rows.add(owned, then.get(owned, Sum()), now.get(owned, Sum()), price, billed)
        return rows.found()

    def _sums(self, days: Sequence[date]) -> dict[Owned, Sum]:
        column = METRICS[self.metric]
        table = pa.concat_tables(
            [self.tables[d].select([*_KEYS, "ChargeType", column]) for d in days]
        )
        lowers = pc.is_in(table["ChargeType"], pa.array(CREDITS))
        keys = [*_KEYS, "lowers"]
        sums = table.append_column("lowers", lowers).group_by(keys, use_threads=False)
        parts: dict[Owned, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
        for row in sums.aggregate([(column, "sum")]).to_pylist():
            parts[Owned(*(row[key] for key in _KEYS))][row["lowers"]] = row[f"{column}_sum"]
        return {owned: Sum(*both) for owned, both in parts.items()}

    def _prices(
        self,
        before: Sequence[date],
        after: Sequence[date],
        then: Mapping[Owned, Sum],
        now: Mapping[Owned, Sum],
    ) -> dict[Owned, Decimal]:
        used_then = Used.of(self.drivers, before, self.metric)
        used_now = Used.of(self.drivers, after, self.metric)
        costs_then, costs_now = used_then.costs(), used_now.costs()
        effects = price_effects(used_then, used_now)
        return {
            owned: effects[owned.seller]
            for owned in then.keys() & now.keys()
            if effects.get(owned.seller)
            # Else the account was in two OUs, or the object is another delivery's.
            and costs_then.get(owned.seller) == then[owned].rest
            and costs_now.get(owned.seller) == now[owned].rest
        }

    def _names(self, days: Sequence[date]) -> dict[str, str]:
        names: dict[str, str] = {}
        for day in sorted(days):
            pairs = self.tables[day].select(["LinkedAccount", "AccountName"])
            for row in (
                pairs.group_by(pairs.column_names, use_threads=False).aggregate([]).to_pylist()
            ):
                names[row["LinkedAccount"]] = row["AccountName"] or ""
        return names


class _Rows:
    """Changes of a span; what was billed in several currencies is one row where it is converted."""

    def __init__(
        self, day: date, span: Span, names: Mapping[str, str], display: Display | None
    ) -> None:
        self._day, self._span, self._names, self._display = day, span, names, display
        self._parts: dict[Owned, list[dict[str, Decimal]]] = defaultdict(list)

    def add(self, owned: Owned, then: Sum, now: Sum, price: Decimal, billed: Period) -> None:
        """Take in what was last billed in a month."""
        rate = Decimal(1)
        if self._display:
            rate = self._display.rate(owned.currency, Period.of(self._day), billed)
            owned = owned._replace(currency=self._display.currency)
        self._parts[owned].append(_split(then, now, price, rate))

    def found(self) -> list[Change]:
        rows = []
        for owned, parts in self._parts.items():
            sums = {name: exact_sum(part[name] for part in parts) for name in parts[0]}
            if sums["before"] or sums["after"]:
                rows.append(self._change(owned, sums))
        return rows

    def _change(self, owned: Owned, sums: Mapping[str, Decimal]) -> Change:
        return Change(
            as_of=self._day,
            span=self._span,
            ou=owned.ou,
            ou_path=owned.ou_path,
            service=owned.service,
            account=owned.account,
            account_name=self._names.get(owned.account, ""),
            currency=owned.currency,
            before=sums["before"],
            after=sums["after"],
            new=sums["new"],
            gone=sums["gone"],
            usage=sums["usage"],
            price=sums["price"],
            credits=sums["credits"],
        )


def _split(then: Sum, now: Sum, price: Decimal, rate: Decimal) -> dict[str, Decimal]:
    """Split a change; `usage` is what is left, so the causes add up whatever is rounded."""
    rest = exact_sum((now.rest, then.rest.copy_negate()))
    new = rest if not then.rest else ZERO
    gone = rest if then.rest and not now.rest else ZERO
    shown = {
        "before": _shown(then.whole, rate),
        "after": _shown(now.whole, rate),
        "new": _shown(new, rate),
        "gone": _shown(gone, rate),
        "price": _shown(ZERO if new or gone else price, rate),
        "credits": _shown(exact_sum((now.credits, then.credits.copy_negate())), rate),
    }
    named = ("new", "gone", "price", "credits")
    taken = [shown[name].copy_negate() for name in ("before", *named)]
    left = exact_sum((shown["after"], *taken))
    # Only what is rounded is left of a change that is new or gone: it belongs to that.
    cause = "new" if new else "gone" if gone else "usage"
    return shown | {"usage": ZERO} | {cause: exact_sum((shown.get(cause, ZERO), left))}


def _shown(amount: Decimal, rate: Decimal) -> Decimal:
    return to_scale(exact_product(amount, rate))
