"""A change or a share in percent, worked out and written the same everywhere."""

from decimal import Decimal

from shared.money import MINUS

TENTH = Decimal("0.1")


def percent(now: Decimal, before: Decimal) -> Decimal | None:
    """Return by how many percent of its size an amount is above the one before; None for zero."""
    return (now - before) / abs(before) * 100 if before else None


def change(now: Decimal, before: Decimal) -> str:
    """Say by how many percent an amount is above another: `+4.2 %`, `±0.0 %`, or `from zero`."""
    found = percent(now, before)
    if found is None and now:
        return "from zero"
    tenths = (found or Decimal(0)).quantize(TENTH)
    sign = MINUS if tenths < 0 else "+" if tenths else "±"
    return f"{sign}{abs(tenths)} %"


def share(part: Decimal, whole: Decimal) -> str:
    """Say how many percent of an amount, which is not zero, another is: `4.2 %`."""
    tenths = (100 * part / whole).quantize(TENTH)
    return f"{MINUS if tenths < 0 else ''}{abs(tenths)} %"
