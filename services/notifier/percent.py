"""A change in percent, written the same everywhere."""

from decimal import Decimal


def change(now: Decimal, before: Decimal) -> str:
    """Say by how many percent an amount is above another, with a sign as wide as a digit."""
    if not before:
        return "from zero"
    percent = f"{(now / before - 1) * 100:+.1f} %"
    return percent.replace("-", "\N{MINUS SIGN}")
