"""Assesses every OU on a day: what it and its subtree spent this month, against the budget."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from services.forecaster.estimate import NOTHING, Estimate, Forecast, by_forecast, by_run_rate
from services.forecaster.lights import NOT_BILLED, Standing, light_of
from shared.config_outlook import (
    Anomalies,
    BudgetOfOu,
    Lights,
    PlannedEvent,
    newest_budgets,
    shown_ou,
)
from shared.money import exact_sum, to_scale
from shared.outlook import NO_BUDGET, Outlook

Forecasts = Mapping[tuple[str, str], Forecast]
"""By OU path and currency; empty where history is too short for any."""
MONTH_END = "month_end"
WINDOWS = (MONTH_END, "next_3_months", "next_6_months")
"""The outlook's fields of estimates begin so."""


@dataclass(frozen=True)
class Spend:
    """What an OU's own accounts cost on one day."""

    day: date
    ou_path: str
    currency: str
    amount: Decimal


@dataclass(frozen=True)
class Rules:
    """Budgets and light thresholds of the configuration."""

    budgets: tuple[BudgetOfOu, ...]
    lights: Lights
    planned: tuple[PlannedEvent, ...] = ()
    anomalies: Anomalies = field(default_factory=Anomalies)


def assess(
    day: date,
    spends: Iterable[Spend],
    rules: Rules,
    forecasts: Forecasts | None = None,
    *,
    complete: bool,
) -> list[Outlook]:
    """Return one row per OU and currency for `day`, parents included, from the month's spends."""
    own: dict[tuple[str, str], list[Decimal]] = defaultdict(list)
    for spend in spends:
        if spend.day <= day:
            own[spend.ou_path, spend.currency].append(spend.amount)
    sums = {key: exact_sum(amounts) for key, amounts in own.items()}
    budgets = budgets_in_force(rules.budgets, day)
    known = (forecasts or {}) if complete else {}
    assessed = _Month(day, sums, rules, known, complete)
    return [assessed.outlook(node, budgets.get(node)) for node in _nodes(sums, budgets, known)]


@dataclass(frozen=True)
class InForce:
    """The newest budget of an OU: the month's amount, or why there is none any more."""

    amount: Decimal | None
    ended: str = NO_BUDGET


def budgets_in_force(budgets: Iterable[BudgetOfOu], day: date) -> dict[tuple[str, str], InForce]:
    """Return per OU path and currency the newest budget that has started by `day`."""
    return {key: _in_force(each, day) for key, each in newest_budgets(budgets, day).items()}


def _in_force(budget: BudgetOfOu, day: date) -> InForce:
    amount = budget.on(day)
    return InForce(amount) if amount is not None else InForce(None, budget.why_none(day))


def _nodes(*sources: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return every OU that has cost or a budget, and all its parents."""
    found = {key for source in sources for key in source}
    return sorted({(parent, currency) for ou, currency in found for parent in _lineage(ou)})


def _lineage(ou_path: str) -> list[str]:
    parts = ou_path.split("/")
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


@dataclass(frozen=True)
class _Month:
    """What is known of a month on a day of it."""

    day: date
    own: dict[tuple[str, str], Decimal]
    rules: Rules
    forecasts: Forecasts
    complete: bool

    def outlook(self, node: tuple[str, str], budget: InForce | None) -> Outlook:
        """Return the row of an OU in a currency."""
        ou_path, currency = node
        below = [amount for other, amount in self.own.items() if _below(other, node)]
        spent = to_scale(exact_sum(below))
        estimate = self._estimate(node, spent) if self.complete else None
        expected = estimate.ranges[0].amount if estimate else None
        held = budget or InForce(None)
        standing = Standing(
            spent,
            held.amount,
            expected,
            self.complete,
            upper=estimate.ranges[0].high_80 if estimate else None,
            unbudgeted=held.ended,
            unbilled="" if below else self._unbilled(node),
        )
        light, reason = light_of(standing, self.rules.lights.of(ou_path))
        return Outlook(
            as_of=self.day,
            ou=shown_ou(ou_path),
            ou_path=ou_path,
            currency=currency,
            own_month_to_date=to_scale(self.own.get(node, Decimal(0))),
            month_to_date=spent,
            budget=held.amount,
            month_end_estimate=expected,
            estimate_method=estimate.method if estimate else "",
            light=light,
            reason=reason,
            **(_expected(estimate) if estimate else {}),
        )

    def _unbilled(self, node: tuple[str, str]) -> str:
        """Say why nothing was billed in an OU in a currency: it costs in others, or not at all."""
        ou_path, currency = node
        others = sorted({its for other, its in self.own if _below((other, its), (ou_path, its))})
        if not others:
            return NOT_BILLED
        return f"nothing was billed in {currency}: the OU costs in {' and '.join(others)}"

    def _estimate(self, node: tuple[str, str], spent: Decimal) -> Estimate:
        # An OU without a forecast beside others that have one has lost its accounts: by a run rate
        # of its own they would count twice.
        if self.forecasts:
            return by_forecast(spent, self.forecasts.get(node, NOTHING))
        planned = [e for e in self.rules.planned if _below((e.ou, e.currency), node)]
        return by_run_rate(spent, self.day, planned)


def _below(other: tuple[str, str], node: tuple[str, str]) -> bool:
    """Say whether an OU is another or lies below it, in one currency."""
    same = other[0] == node[0] or other[0].startswith(f"{node[0]}/")
    return same and other[1] == node[1]


def _expected(estimate: Estimate) -> dict[str, Any]:
    """Return an estimate as fields of an outlook."""
    found: dict[str, Any] = {"back_test_error": estimate.error, "back_tests": estimate.checked}
    for name, known in zip(WINDOWS, estimate.ranges, strict=True):
        ends = asdict(known)
        amount = ends.pop("amount")
        found |= {f"{name}_{end}": bound for end, bound in ends.items()}
        if name != MONTH_END:
            found[name] = amount
    return found
