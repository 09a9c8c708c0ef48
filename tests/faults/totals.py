"""The totals of an archived object, read as anyone would."""

from decimal import Decimal
from functools import lru_cache

from shared.parquet import from_parquet


@lru_cache(maxsize=4096)
def sums(body: bytes) -> tuple[Decimal, float]:
    """Return the exact total of an archived object and the total its doubles claim."""
    table = from_parquet(body)
    amounts = [Decimal(amount) for amount in table["UnblendedCost"].to_pylist()]
    exact = sum(amounts, Decimal(0))
    wrong = [
        amount
        for amount, double in zip(amounts, table["DailyCost"].to_pylist(), strict=True)
        if float(amount) != double
    ]
    return exact, len(wrong)
