"""Intervals around totals, from how far back-tests of the same totals were off.

Per node: the root mean square error per day at three leads, drawn toward what is usual for all
nodes. How many such errors cover 80 and 95 % is read off all nodes together, each error measured
by the others of its node (split conformal: Vovk et al., *Algorithmic Learning in a Random World*).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from services.forecaster.arrays import Floats

KNOTS = (7, 30, 90)
"""Days over which back-tests are added up; each stands for the lead in its middle."""
USUAL = {7: 0.08, 30: 0.06, 90: 0.08}
"""The error of a total as a share of it where there is nothing yet to learn it from; chosen, not
fitted (FinOps Foundation: 12 % off is the beginner's practice)."""
DRAWN = 2.0
"""As many back-tests as what is usual counts for."""
FEW_NODES = 3.0
LEVELS = (0.80, 0.95)
STUDENT = (1.415, 2.365)
"""Student's t with seven degrees of freedom: six back-tests and what is usual."""
MANY = 60
"""Errors from which on the quantile is read off them."""
BOUNDS = (0.8, 1.6)
SLOPES = (0.15, 0.5)
"""Errors per day grow with the lead at least and at most with this power of it: 0.5 is that of a
random walk."""


@dataclass(frozen=True)
class Errors:
    """A node's mean amount per day, and errors per day of its back-tests for each knot."""

    level: float
    off: dict[int, Floats]


@dataclass(frozen=True)
class Widths:
    """How far a node's forecasts of a window may be off."""

    per_day: dict[int, float]
    factors: tuple[float, ...]

    def of(self, begin: int, end: int) -> tuple[float, ...]:
        """Return half the 80 and the 95 % interval of days `begin` to `end` (excluded) ahead."""
        scale = self._scale((begin + end) / 2) * (end - begin)
        return tuple(factor * scale for factor in self.factors)

    def _scale(self, lead: float) -> float:
        """Return the error per day of a window whose middle is `lead` days ahead."""
        first, middle, last = (knot / 2 for knot in KNOTS)
        known = [self.per_day[knot] for knot in KNOTS]
        if lead <= first:
            return known[0] * float((first / max(lead, 0.5)) ** 0.5)
        if lead >= last:
            grown = np.log(known[2] / known[1]) / np.log(last / middle)
            return float(known[2] * (lead / last) ** np.clip(grown, *SLOPES))
        leads = np.log([first, middle, last])
        return float(np.exp(np.interp(np.log(lead), leads, np.log(known))))


def widths(nodes: Sequence[Errors]) -> list[Widths]:
    """Return the widths for each node."""
    usual = {knot: _usual(nodes, knot) for knot in KNOTS}
    factors = _factors(nodes, usual)
    return [
        Widths({knot: _drawn(node, knot, node.off[knot], usual) for knot in KNOTS}, factors)
        for node in nodes
    ]


def _usual(nodes: Sequence[Errors], knot: int) -> float:
    """Return the median node's error as a share, drawn toward the chosen one while few."""
    shares = [
        float(np.sqrt(np.mean(node.off[knot] ** 2))) / node.level
        for node in nodes
        if len(node.off[knot]) and node.level
    ]
    if not shares:
        return USUAL[knot]
    weight = len(shares) / (len(shares) + FEW_NODES)
    return weight * float(np.median(shares)) + (1 - weight) * USUAL[knot]


def _drawn(node: Errors, knot: int, off: Floats, usual: dict[int, float]) -> float:
    """Return the root mean square of errors and of what is usual."""
    expected = (usual[knot] * node.level) ** 2
    mean = (float(np.sum(off**2)) + DRAWN * expected) / (len(off) + DRAWN)
    return max(float(np.sqrt(mean)), 1e-12)


def _factors(nodes: Sequence[Errors], usual: dict[int, float]) -> tuple[float, ...]:
    measured = np.sort([share for node in nodes for share in _measured(node, usual)])
    if len(measured) < MANY:
        return STUDENT
    places = [min(int(np.ceil((len(measured) + 1) * level)), len(measured)) for level in LEVELS]
    low, high = BOUNDS
    return tuple(
        float(np.clip(measured[place - 1], low * student, high * student))
        for place, student in zip(places, STUDENT, strict=True)
    )


def _measured(node: Errors, usual: dict[int, float]) -> Iterator[float]:
    """Yield each error of a node as a multiple of what its others would have let expect."""
    if not node.level:
        return
    for knot in KNOTS:
        off = node.off[knot]
        for n, error in enumerate(off):
            yield abs(float(error)) / _drawn(node, knot, np.delete(off, n), usual)
