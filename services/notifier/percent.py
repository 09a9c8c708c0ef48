"""A change in percent, worked out and written the same everywhere."""

from decimal import Decimal


def percent(now: Decimal, before: Decimal) -> Decimal | None:
    """Return by how many percent of its size an amount is above the one before; None for zero."""
    return (now - before) / abs(before) * 100 if before else None


def change(now: Decimal, before: Decimal) -> str:
    """Say by how many percent an amount is above another, with a sign as wide as a digit."""
    found = percent(now, before)
    return "from zero" if found is None else f"{found:+.1f} %".replace("-", "\N{MINUS SIGN}")
