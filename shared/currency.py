"""The currency that people read: the rate of each month, and exact conversion.

The archive keeps every amount as it was billed; only what is shown, and what is held against a
budget, is converted. Converting is exact and linear, so the sum of converted figures is the
converted sum.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from shared.config_parts import Currency
from shared.days import Period
from shared.errors import InputError
from shared.money import exact_product

ONE = Decimal(1)


@dataclass(frozen=True)
class Display:
    """The display currency and its rates; `file` is where they are configured."""

    currency: str
    rates: Mapping[Period, Mapping[str, Decimal]]
    file: str

    @classmethod
    def of(cls, configured: Currency | None, file: str) -> "Display | None":
        """Return what is configured; None when amounts are shown as they are billed."""
        return cls(configured.display, configured.rates, file) if configured else None

    def rate(self, currency: str, period: Period, billed: Period | None = None) -> Decimal:
        """Return what one unit of a currency is in the display currency, in a month.

        What was billed in an earlier month, `billed`, is converted at the rate of its own month
        where `period` has none: a currency may be billed no longer. Raises InputError when the
        configuration has no such rate.
        """
        if currency == self.currency:
            return ONE
        own = billed or period
        for month in (period, own):
            rate = self.rates.get(month, {}).get(currency)
            if rate is not None:
                return rate
        raise InputError(
            self.file,
            f"has no rate from {currency or 'an unnamed currency'} to {self.currency}",
            f"Add it: what 1 {currency} is in {self.currency} in {own}",
            where=f"currency.rates.{own}.{currency}",
        )

    def convert(self, amount: Decimal, currency: str, period: Period) -> Decimal:
        """Return an amount in the display currency, exactly; raises InputError as above."""
        return exact_product(amount, self.rate(currency, period))
