"""Assesses every OU on a day: what it and its subtree spent this month, against the budget."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.forecaster.lights import Standing, light_of
from shared.config import ROOT, UNMAPPED, Budget, Lights
from shared.days import Period
from shared.money import exact_sum, to_scale
from shared.outlook import Outlook

RUN_RATE = "run-rate"
_SCALE = Decimal("0.000000000001")


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

    budgets: tuple[Budget, ...]
    lights: Lights


def assess(day: date, spends: Iterable[Spend], rules: Rules, *, complete: bool) -> list[Outlook]:
    """Return one row per OU and currency for `day`, parents included, from the month's spends."""
    own: dict[tuple[str, str], list[Decimal]] = defaultdict(list)
    for spend in spends:
        if spend.day <= day:
            own[spend.ou_path, spend.currency].append(spend.amount)
    sums = {key: exact_sum(amounts) for key, amounts in own.items()}
    budgets = budgets_in_force(rules.budgets, day)
    return [
        _outlook(day, node, sums, budgets.get(node), rules.lights, complete=complete)
        for node in _nodes(sums, budgets)
    ]


def budgets_in_force(budgets: Iterable[Budget], day: date) -> dict[tuple[str, str], Decimal]:
    """Return per OU path and currency the newest monthly budget that has started by `day`."""
    started = sorted((b for b in budgets if b.starts <= day), key=lambda budget: budget.starts)
    return {(budget.ou, budget.currency): budget.monthly for budget in started}


def _nodes(*sources: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return every OU that has cost or a budget, and all its parents."""
    found = {key for source in sources for key in source}
    return sorted({(parent, currency) for ou, currency in found for parent in _lineage(ou)})


def _lineage(ou_path: str) -> list[str]:
    parts = ou_path.split("/")
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


def _outlook(
    day: date,
    node: tuple[str, str],
    sums: dict[tuple[str, str], Decimal],
    budget: Decimal | None,
    rules: Lights,
    *,
    complete: bool,
) -> Outlook:
    ou_path, currency = node
    month_to_date = to_scale(
        exact_sum(
            amount
            for (other, unit), amount in sums.items()
            if unit == currency and (other == ou_path or other.startswith(f"{ou_path}/"))
        )
    )
    estimate = run_rate(month_to_date, day) if complete else None
    light, reason = light_of(Standing(month_to_date, budget, estimate, complete), rules)
    return Outlook(
        as_of=day,
        ou=display_name(ou_path),
        ou_path=ou_path,
        currency=currency,
        own_month_to_date=to_scale(sums.get(node, Decimal(0))),
        month_to_date=month_to_date,
        budget=budget,
        month_end_estimate=estimate,
        estimate_method=RUN_RATE if estimate is not None else "",
        light=light,
        reason=reason,
    )


def run_rate(month_to_date: Decimal, day: date) -> Decimal:
    """Return the month's cost if its days go on as they did so far: mean day times days."""
    return (month_to_date / day.day * Period.of(day).length).quantize(_SCALE)


def display_name(ou_path: str) -> str:
    """Return the path below the root; the root and Unmapped keep their names."""
    return ou_path if ou_path in (ROOT, UNMAPPED) else ou_path.removeprefix(f"{ROOT}/")
