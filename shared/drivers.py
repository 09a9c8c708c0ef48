"""The object ou-drivers of a billing period: cost and use by usage type and region, day by day.

Its costs add up to those of ou_breakdown per day, account, service, charge type and currency. Use
is the amount of metered lines, in the unit of the usage type; zero where nothing is metered.
"""

import pyarrow as pa

from shared.breakdown import AMOUNT, METRICS

SCHEMA = pa.schema(
    [
        ("BillingDate", pa.date32()),
        *(
            (name, pa.string())
            for name in (
                "LinkedAccount",
                "Service",
                "ChargeType",
                "UsageType",
                "Region",
                "Currency",
            )
        ),
        ("UsageAmount", AMOUNT),
        *((name, AMOUNT) for name in METRICS.values()),
    ]
)
_IN_ORDER = [(name, "ascending") for name in SCHEMA.names[:7]]


def drivers_table(parts: list[pa.Table]) -> pa.Table:
    """Return the rows of a period in their one order."""
    whole = pa.concat_tables(
        [SCHEMA.empty_table(), *(part.select(SCHEMA.names).cast(SCHEMA) for part in parts)]
    )
    return whole.sort_by(_IN_ORDER).combine_chunks()
