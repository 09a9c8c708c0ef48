"""Daily series with planted events: bills of a generator, and events planted into any series."""

from dataclasses import dataclass

import numpy as np

from services.forecaster.arrays import WEEK, Floats

TUNED_ON = (1, 2)
HELD_OUT = (101, 102, 103)
"""Seeds: what the limits were chosen on, and what was not looked at while they were."""
SERIES = 250
DAYS = 226
BEGIN = 45
END = 20
SMALL = 1.6
"""Events of less than this many times the usual are small."""
SIZES = (1.3, 4.0)


@dataclass(frozen=True)
class Label:
    """An event that is known: of a series, from a day to a day, by how much."""

    row: int
    first: int
    last: int
    side: int = 0
    """1 up, -1 down, 0 not known."""
    size: float | None = None


@dataclass(frozen=True)
class Judged:
    """Series by day, and what is to be found in them; `least` is a day's smallest excess."""

    name: str
    values: Floats
    labels: tuple[Label, ...]
    least: float = 0.0
    alive: Floats | None = None
    """What each series' account costs in all: its beginning and its end are no anomalies."""
    begun: tuple[int | None, ...] = ()
    """The first day on which each series' account is in the bill; None: from the beginning."""


def planted(name: str, series: Floats, draw: np.random.Generator) -> Judged:
    """Plant one event of 1.3 to 4 times the usual into every other series."""
    values, labels = series.copy(), []
    for row in range(0, len(series), 2):
        kind = draw.choice(["spike", "days", "level", "leak", "drop"], p=[0.3, 0.3, 0.2, 0.1, 0.1])
        size = float(np.exp(draw.uniform(*np.log(SIZES))))
        first = int(draw.integers(BEGIN, values.shape[1] - END))
        factors = _factors(str(kind), size, draw)
        values[row, first : first + len(factors)] *= factors
        side = -1 if kind == "drop" else 1
        labels.append(Label(row, first, first + len(factors) - 1, side, size))
    return Judged(name, values, tuple(labels))


def _factors(kind: str, size: float, draw: np.random.Generator) -> Floats:
    """Return by how much each day of an event is multiplied."""
    low, high = {"spike": (1, 2), "level": (10, 20), "leak": (8, 15)}.get(kind, (2, 5))
    days = int(draw.integers(low, high))
    if kind == "leak":
        grown: Floats = np.minimum(1 + (size - 1) * np.arange(1, days + 1) / (days / 2), size)
        return grown
    return np.full(days, 1 / size if kind == "drop" else size)


@dataclass(frozen=True)
class Bill:
    """What series a bill is made of: shares of kinds, and their spread from day to day."""

    name: str
    mix: dict[str, float]
    noise: dict[str, tuple[float, float]]
    """Spread of the logarithm, between these."""


LIKE_A_BILL = Bill(
    "like a bill",
    {"work": 0.45, "dev": 0.25, "stock": 0.16, "steady": 0.14},
    {"work": (0.05, 0.09), "dev": (0.05, 0.09), "stock": (0.003, 0.03), "steady": (0.003, 0.02)},
)
"""Around the noise of 0.07 that a real bill of a cloud has (mybinder.org, 2017 to 2019)."""
HARD = Bill(
    "hard",
    {"work": 0.40, "dev": 0.22, "stock": 0.16, "steady": 0.14, "burst": 0.08},
    {
        "work": (0.04, 0.12),
        "dev": (0.05, 0.15),
        "stock": (0.003, 0.03),
        "steady": (0.003, 0.02),
        "burst": (0.25, 0.5),
    },
)
"""With bursts that are idle on every fifth day: many of its events are within the noise."""
BILLS = (LIKE_A_BILL, HARD)
WEEKENDS = {"work": (0.7, 0.95), "dev": (0.2, 0.6), "burst": (0.4, 0.6)}
IDLE = 0.2


def _series(bill: Bill, draw: np.random.Generator) -> Floats:
    kind = str(draw.choice(list(bill.mix), p=list(bill.mix.values())))
    days = np.arange(DAYS)
    level = np.exp(draw.normal(3.5, 1.3))
    week = np.ones(WEEK)
    week[-2:] = draw.uniform(*WEEKENDS[kind], size=2) if kind in WEEKENDS else 1.0
    noise = draw.uniform(*bill.noise[kind]) * _correlated(draw)
    drift = np.cumsum(draw.normal(0, 0 if kind == "steady" else draw.uniform(0, 0.006), DAYS))
    growth = draw.normal(0.0006, 0.0008) * days
    amounts: Floats = level * np.exp(noise + drift + growth) * np.resize(week, DAYS)
    return np.where(draw.random(DAYS) < IDLE, 0.0, amounts) if kind == "burst" else amounts


def _correlated(draw: np.random.Generator) -> Floats:
    """Return noise with long tails, each day a little as the day before."""
    memory = draw.uniform(0, 0.5)
    shocks = draw.standard_t(6, DAYS) / np.sqrt(1.5)
    found = np.zeros(DAYS)
    for day in range(DAYS):
        before = found[day - 1] if day else 0.0
        found[day] = memory * before + np.sqrt(1 - memory**2) * shocks[day]
    return found


def generated(bill: Bill, seed: int) -> Judged:
    """Return series as a bill has them, half of them with one planted event."""
    draw = np.random.default_rng(seed)
    series = np.array([_series(bill, draw) for _ in range(SERIES)])
    return planted(f"{bill.name}, seed {seed}", series, draw)
