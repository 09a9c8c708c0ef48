"""Turns a day's rows and charges into the display currency; the archive is not touched.

The day that is reported and those that it is compared with are converted at the rate of the
digest's month: a rate that changed is no change of cost. An earlier month's days in a currency that
has no rate there, as it is billed no longer, are converted at the rate of their own month.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from services.notifier.report.charges import ByType
from shared.breakdown import METRICS
from shared.currency import Display
from shared.days import Period
from shared.money import SCALE

WIDE = pa.decimal256(76, 2 * SCALE)
"""Holds an amount times a rate with every digit."""
_AMOUNT, _RATE = pa.decimal256(45, SCALE), pa.decimal256(30, SCALE)


@dataclass(frozen=True)
class Shown:
    """What a digest's amounts are converted with: a display currency in a month."""

    display: Display
    month: Period

    def table(self, rows: pa.Table, day: date) -> pa.Table:
        """Return a day's rows in the display currency; raises InputError when a rate is missing."""
        billed = rows["Currency"].combine_chunks().dictionary_encode()
        names = billed.dictionary.to_pylist()
        known = [self.display.rate(name, self.month, Period.of(day)) for name in names]
        rates = pa.array(known, _RATE).take(billed.indices)
        for name in METRICS.values():
            place = rows.schema.get_field_index(name)
            converted = pc.multiply(rows[name].cast(_AMOUNT), rates).cast(WIDE)
            rows = rows.set_column(place, name, converted)
        currency = pa.repeat(self.display.currency, rows.num_rows)
        return rows.set_column(rows.schema.get_field_index("Currency"), "Currency", currency)

    def charges(self, parts: Sequence[ByType]) -> list[ByType]:
        """Return charges in the display currency, a part for each billed one."""
        return [
            {
                (self.display.currency, ou, kind): self.display.convert(cost, currency, self.month)
                for (currency, ou, kind), cost in part.items()
                if currency == billed
            }
            for part in parts
            for billed in sorted({currency for currency, *_ in part})
        ]

    def rates(self, billed: Mapping[str, Decimal]) -> tuple[tuple[str, Decimal], ...]:
        """Return the rate of each billed currency but the display currency itself."""
        return tuple(
            (currency, self.display.rate(currency, self.month))
            for currency in sorted(billed)
            if currency != self.display.currency
        )
