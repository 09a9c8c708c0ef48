"""How much of the month is in no OU: no light and no budget tells of it, so the headline does."""

from collections.abc import Iterator
from decimal import Decimal

from services.notifier.report.figures import CurrencyFigures, Figures
from services.notifier.report.percent import share
from shared.money import cents

LARGE = Decimal("0.1")
"""Share of a month to date from which on what is in no OU belongs into the headline."""


def apart_said(figures: Figures) -> str:
    """Say what large part of the month is in no OU: `6,400.00 USD of the month is in no OU`."""
    parts = [f"{cents(part.in_no_ou)} {part.currency}" for part in _large(figures)]
    verb = "is" if len(parts) == 1 else "are"
    return f"{' and '.join(parts)} of the month {verb} in no OU" if parts else ""


def apart_in_short(figures: Figures) -> str:
    """Say the same where there is room for a few words: `79.1 % in no OU`."""
    parts = [share(part.in_no_ou, part.month_to_date) for part in _large(figures)]
    return f"{' and '.join(parts)} in no OU" if parts else ""


def _large(figures: Figures) -> Iterator[CurrencyFigures]:
    for part in figures.currencies:
        if part.month_to_date and abs(part.in_no_ou) >= LARGE * abs(part.month_to_date):
            yield part
