"""The four figures on top of the PDF's page, and the words for who cannot see its drawings."""

from collections.abc import Sequence
from decimal import Decimal

from services.notifier.executive.months import Months
from services.notifier.executive.printable import Texts
from services.notifier.report.everything import Everything
from services.notifier.report.figures import CurrencyFigures
from services.notifier.report.look import NONE
from services.notifier.report.percent import change
from shared.money import cents


def headline(part: CurrencyFigures, months: Months) -> list[Texts]:
    """Return the figures: totals are of everything, the budget is Root's."""
    expected = part.expected
    day = [f"{each.said(part.total)} against {each.label}" for each in part.comparisons]
    return [
        _figure(f"{months.day:%B %Y} to date", part.month_to_date, _month_notes(part, months)),
        _figure("Month-end estimate", expected.estimate, _estimate_notes(expected)),
        _figure("Root's budget of the month", expected.budget, _budget_notes(part)),
        _figure(f"Cost of {months.day:%A}", part.total, day),
    ]


def _figure(label: str, amount: Decimal | None, notes: Sequence[str]) -> Texts:
    whole, _, fraction = (NONE, "", "") if amount is None else cents(amount).partition(".")
    return {"label": label, "whole": whole, "fraction": fraction, "notes": list(notes)}


def _month_notes(part: CurrencyFigures, months: Months) -> list[str]:
    before = months.same_days_before
    against = "" if before is None else change(part.month_to_date, before)
    notes = [f"{against} against the same days of the month before"] if against else []
    if part.root and part.in_no_ou:
        notes.append(f"Root {cents(part.root.month_to_date)} and Unmapped {cents(part.in_no_ou)}")
    return notes


def _estimate_notes(expected: Everything) -> list[str]:
    if expected.estimate is None:
        return ["not known"]
    notes = [f"of everything, by {expected.method}"]
    if expected.unmapped:
        known = [(each.ou, each.month_end_estimate) for each in expected.parts]
        parts = [f"{ou} {cents(amount)}" for ou, amount in known if amount is not None]
        notes.append(" and ".join(parts))
    if expected.interval:
        low, high = expected.interval
        notes.append(f"80 % lie in {cents(low)} to {cents(high)}")
    return notes


def _budget_notes(part: CurrencyFigures) -> list[str]:
    if part.root is None or part.root.budget is None:
        return ["none is set for Root"]
    estimate = f"Root's estimate {part.against_budget}" if part.against_budget else ""
    return [each for each in (part.used, estimate) if each]


def words(part: CurrencyFigures, months: Months) -> Texts:
    """Say in words what each drawing shows."""
    expected = part.expected
    estimate, budget = expected.estimate, expected.budget
    ahead = f", estimate {cents(estimate)}" if estimate is not None else ""
    limit = f", Root's budget {cents(budget)}" if budget is not None else ""
    month, spent = f"{months.day:%B %Y}", cents(part.month_to_date)
    return {
        "months": f"Cost by month in {part.currency}. {month}: {spent} to date{ahead}{limit}.",
        "burnup": f"{month} to date by day: {spent} on day {months.day.day}{ahead}{limit}.",
        "daily": f"Cost by day in {part.currency}. {months.day}: {cents(part.total)}.",
    }
