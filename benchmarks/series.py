"""Sets of daily series: the project's own generated bill, and CSV files given by path."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from daybook.example.bill import charges_of
from daybook.example.periods import DeliveredDay
from services.forecaster.arrays import filled
from services.forecaster.back_test import Series
from shared.errors import InputError

FIRST = date(2025, 1, 1)
DAYS = 530
SHORTEST = 70
"""Days that a series needs: five weeks to learn from and a month to forecast."""
AMOUNTS = ("cost", "amount", "y", "value", "dailycost", "amortized", "unblended")
"""Names of the column that holds the amount, in this order; else the first column of numbers."""


@dataclass(frozen=True)
class SeriesSet:
    """Series that are judged together."""

    name: str
    series: tuple[Series, ...]


def own_sets() -> Iterator[SeriesSet]:
    """Yield the example's bill by OU and service, and by OU."""
    by_service: dict[tuple[str, str], np.ndarray] = defaultdict(lambda: np.zeros(DAYS))
    by_ou: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(DAYS))
    for n in range(DAYS):
        for charge in charges_of(DeliveredDay(FIRST + timedelta(days=n))):
            ou = charge.account.ou or "Unmapped"
            by_service[ou, charge.service.code][n] += charge.cost
            by_ou[ou][n] += charge.cost
    yield SeriesSet("example, OU x service", _series(by_service.values()))
    yield SeriesSet("example, OU", _series(by_ou.values()))


def _series(values: Iterable[np.ndarray]) -> tuple[Series, ...]:
    return tuple(Series(FIRST, each) for each in values if each.any())


def csv_sets(path: Path) -> Iterator[SeriesSet]:
    """Yield a set for each CSV file at or below `path` that has daily series long enough.

    Amounts of one day and the same texts in the other columns are added up. A first and last day
    of readings within the day are left out: they may be partial.
    """
    files = sorted(path.rglob("*.csv")) if path.is_dir() else [path]
    for file in files:
        found = tuple(s for s in _read(file) if len(s.values) >= SHORTEST and s.values.any())
        if found:
            yield SeriesSet(file.stem, found)


def _read(file: Path) -> list[Series]:
    with file.open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.DictReader(source))
    if not rows:
        return []
    dated, amount = _columns(file, rows[0])
    texts = [name for name in rows[0] if name not in (dated, amount) and not _number(rows[0][name])]
    sums: dict[tuple[str, ...], dict[date, float]] = defaultdict(lambda: defaultdict(float))
    within = any(_moment(row[dated]).hour for row in rows)
    for row in rows:
        key = tuple(row[name] for name in texts)
        sums[key][_moment(row[dated]).date()] += float(row[amount])
    return [_daily(days, within=within) for days in sums.values()]


def _columns(file: Path, row: dict[str, str]) -> tuple[str, str]:
    """Return the names of the columns that hold the day and the amount."""
    dated = [name for name, text in row.items() if _is_day(text)]
    numbers = {name.lower(): name for name, text in row.items() if _number(text)}
    wanted = [numbers[name] for name in AMOUNTS if name in numbers] + list(numbers.values())
    if not dated or not wanted:
        raise InputError(file, "has no column of days or none of numbers", "Give daily series")
    return dated[0], wanted[0]


def _daily(amounts: dict[date, float], *, within: bool) -> Series:
    days = sorted(amounts)[1:-1] if within else sorted(amounts)
    if not days:
        return Series(FIRST, np.zeros(0))
    values = np.full((days[-1] - days[0]).days + 1, np.nan)
    for day in days:
        values[(day - days[0]).days] = amounts[day]
    return Series(days[0], filled(values))


def _is_day(text: str) -> bool:
    try:
        _moment(text)
    except ValueError:
        return False
    return not _number(text)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
