"""The keys of the PDF's charts: each mark that is drawn, and none that is not."""

from collections.abc import Sequence

from services.notifier.executive.months import Row

MONTHS = (
    ("actual", "actual", "Actual"),
    ("estimate", "estimate", "Estimate"),
    ("low", "interval", "80 % interval"),
    ("budget", "budget", "Root's budget"),
)
BURNUP = (
    ("now", "now", "To date"),
    ("before", "past", "Month before"),
    ("ahead", "ahead", "To the estimate"),
    ("low", "band", "80 % interval"),
    ("budget", "budget", "Root's budget"),
)
DAILY = (
    ("usual", "day", "Cost of a day"),
    ("picked", "picked", "The day of this report"),
    ("restated", "restated", "Restated since the last digest"),
)
KEYS = {"months": MONTHS, "burnup": BURNUP, "daily": DAILY}
"""By chart: the field of its rows, the mark that the template draws, and what it stands for."""


def key_of(kind: str, rows: Sequence[Row]) -> list[list[str]]:
    """Return mark and words of what the chart `kind` draws of these rows."""
    return [
        [mark, words]
        for field, mark, words in KEYS[kind]
        if any(row[field] is not None for row in rows)
    ]
