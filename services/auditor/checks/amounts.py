"""Where two totals differ, in words."""

from collections.abc import Sequence

from shared.money import Amounts, plain

NOTHING = "nothing"


def difference(found: Sequence[Amounts], said: Sequence[Amounts]) -> str:
    """Return `12.5 USD unblended, and 12.51`, the first that differs; empty when none does."""
    ours = {part.currency: part for part in found}
    theirs = {part.currency: part for part in said}
    for currency in sorted(ours.keys() | theirs.keys()):
        for name in ("unblended", "amortized", "net_unblended", "net_amortized"):
            one, other = (_figure(each.get(currency), name) for each in (ours, theirs))
            if one != other:
                return f"{one} {currency} {name}, and {other}"
    return ""


def _figure(part: Amounts | None, name: str) -> str:
    amount = getattr(part, name, None)
    return NOTHING if amount is None else plain(amount)
