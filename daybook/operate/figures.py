"""What a version of a day says each OU cost, and whether the next one says the same."""

from decimal import Decimal
from itertools import pairwise
from typing import get_args

from shared.config import CostMetric
from shared.day_record import DayRecord, DayVersion

Costs = dict[tuple[str, str], Decimal]
"""Amounts by OU path and currency, those of zero left out."""


def costs(version: DayVersion, metric: str) -> Costs | None:
    """Return what each OU cost by a metric; None where the version does not state it."""
    parts = [(ou_path, part) for ou_path, listed in version.by_ou.items() for part in listed]
    if not all(part.states(metric) for _, part in parts):
        return None
    return {
        (ou_path, part.currency): part.metric(metric)
        for ou_path, part in parts
        if part.metric(metric)
    }


def is_restated(record: DayRecord) -> bool:
    """Say whether the day's figures have changed since they were first archived.

    Another version need not have others: rows may differ in what no amount says, and a day that was
    adopted is delivered once more. What only one of two versions states is no change.
    """
    return any(not _same(before, after) for before, after in pairwise(record.versions))


def _same(before: DayVersion, after: DayVersion) -> bool:
    both = [(costs(before, name), costs(after, name)) for name in get_args(CostMetric)]
    return all(was == now for was, now in both if was is not None and now is not None)
