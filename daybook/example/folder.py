"""Lays out the example folder: the export, the organization and the configuration."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from daybook.example.bill import period_charges
from daybook.example.configuration import write_configuration
from daybook.example.export import Delivery, clear, deliver
from daybook.example.organization import write_organization
from daybook.example.periods import ONE_DAY, BillingPeriod, first_of_month, next_month
from daybook.example.rows import row

DEFAULT_LAST_DAY = date(2026, 6, 18)
"""A fixed day, so that documents can quote the example's totals."""

DEFAULT_DAYS = 75

_FEWEST_DAYS = 2


@dataclass(frozen=True)
class ExampleExport:
    """Where an example was written, and its last days in UTC.

    `last_day` is delivered in part, as in its morning; `complete_day` is the day before.
    """

    source: Path
    organization: Path
    config: Path
    last_day: date
    complete_day: date


def write_example(
    folder: Path, last_day: date = DEFAULT_LAST_DAY, days: int = DEFAULT_DAYS
) -> ExampleExport:
    """Writes the export of at least `days` UTC days that end with `last_day`, and its companions.

    The export begins on the first of a month, because AWS delivers billing periods whole. The same
    arguments give the same bytes; files of an earlier example in `folder` are replaced.
    """
    if days < _FEWEST_DAYS:
        raise ValueError(f"an example has at least {_FEWEST_DAYS} days, not {days}")
    first_day = first_of_month(last_day - (days - 1) * ONE_DAY)
    example = ExampleExport(
        source=folder / "export",
        organization=folder / "organization.csv",
        config=folder / "daybook.yaml",
        last_day=last_day,
        complete_day=last_day - ONE_DAY,
    )
    _write_export(example.source, first_day, last_day)
    write_organization(example.organization, date(first_day.year - 1, 1, 1), last_day)
    write_configuration(example.config, date(first_day.year, 1, 1))
    return example


def _write_export(export: Path, first_day: date, last_day: date) -> None:
    clear(export)
    deliveries = [_delivery(start, last_day) for start in _months(first_day, last_day)]
    busiest = max(deliveries, key=lambda delivery: len(delivery.rows))
    for delivery in deliveries:
        # A second file, because who reads only the first chunk of an export is wrong silently.
        deliver(export, delivery, files=2 if delivery is busiest else 1)


def _delivery(start: date, last_day: date) -> Delivery:
    period = BillingPeriod(start, closed=next_month(start) <= last_day)
    rows = [row(charge, period) for charge in period_charges(period, last_day)]
    return Delivery(period, rows, made=last_day)


def _months(first_day: date, last_day: date) -> Iterator[date]:
    start = first_day
    while start <= last_day:
        yield start
        start = next_month(start)
