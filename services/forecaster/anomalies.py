"""Anomalies as of a day: events of an account's service, with their money, told or kept quiet.

How days are found unusual: `unusual.py`. What explains an event, so that it stays quiet:
`explained.py`.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from services.forecaster.arrays import Floats
from services.forecaster.cells import Cell, Cells
from services.forecaster.explained import Explanations
from services.forecaster.unusual import PATIENCE, watch
from services.forecaster.watched import Event, Watched
from shared.anomalies import Anomaly, State

RECENT = 7
"""Days for which an event that is over is still told."""
NEWCOMER = 28
"""Days since an account's first row in which all that it costs is new and no anomaly."""
DAILY = 10
"""A day counts from this part of the floor on, so that a small leak is found, too."""
AT_ONCE = 4096
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Lookout:
    """Series that were watched; asked for any of their days."""

    cells: Cells
    keys: tuple[Cell, ...]
    parts: tuple[Watched, ...]
    alive: dict[str, Floats]
    begun: dict[str, int]
    floor: float

    @classmethod
    def over(cls, cells: Cells, floor: Decimal) -> "Lookout":
        """Watch all cells whose cost can matter."""
        keys, values = cells.series()
        least = float(floor) / DAILY
        heavy = np.flatnonzero(np.abs(values).max(axis=1, initial=0) > least)
        parts = tuple(
            watch(values[heavy[n : n + AT_ONCE]], least) for n in range(0, len(heavy), AT_ONCE)
        )
        alive: dict[str, Floats] = {}
        for key, row in zip(keys, values, strict=True):
            alive[key.account] = alive.get(key.account, 0.0) + np.abs(row)
        return cls(cells, tuple(keys[n] for n in heavy), parts, alive, cells.begun(), float(floor))

    def anomalies(self, day: date, explanations: Explanations) -> list[Anomaly]:
        """Return what is to be told on a day, without drivers."""
        until = (day - self.cells.first).days
        found = [self._anomaly(*each, until) for each in self._lately(until)]
        return explanations.applied([one for one in found if one])

    def _lately(self, until: int) -> Iterator[tuple[Cell, Watched, int, Event]]:
        for part, watched in enumerate(self.parts):
            recent = watched.side[:, max(until - RECENT, 0) : until + 1]
            for row in map(int, np.flatnonzero(recent.any(axis=1))):
                for event in watched.events(row, until):
                    if event.last >= until - RECENT:
                        yield self.keys[part * AT_ONCE + row], watched, row, event

    def _anomaly(
        self, cell: Cell, watched: Watched, row: int, event: Event, until: int
    ) -> Anomaly | None:
        days = slice(event.first, event.last + 1)
        actual, expected = watched.values[row, days], watched.expected[row, days]
        heavy = np.flatnonzero(np.abs(np.cumsum(actual - expected)) >= self.floor)
        clear = [event.first + int(n) for n in heavy if event.first + n >= event.found]
        alive, begun = self.alive[cell.account], self.begun.get(cell.account)
        if not clear or comes_or_goes(event, alive, begun):
            return None
        place = self.cells.places[cell.account][1]
        since = self._date(event.first)
        return Anomaly(
            id=_id(cell, event.side, since),
            as_of=self._date(until),
            ou=place.ou,
            ou_path=place.ou_path,
            service=cell.service,
            account=cell.account,
            account_name=place.account_name,
            currency=cell.currency,
            direction="up" if event.side > 0 else "down",
            state=_state(event, until),
            since=since,
            until=self._date(event.last),
            found_on=self._date(clear[0]),
            actual=_cents(actual),
            expected=_cents(expected),
            explanation="the new normal" if event.through - event.first + 1 >= PATIENCE else "",
        )

    def _date(self, place: int) -> date:
        return self.cells.first + timedelta(days=place)


def comes_or_goes(event: Event, alive: Floats, begun: int | None) -> bool:
    """Say whether the account as a whole began or ended: told as such.

    `alive`: what it costs per day. `begun`: its first day with a row; None: it was always there.
    One that has had rows and begins to cost is no new account: somebody may have broken in.
    """
    if event.side > 0:
        return begun is not None and event.first < begun + NEWCOMER
    return int(np.flatnonzero(alive)[-1]) < event.first


def _state(event: Event, until: int) -> State:
    return "open" if event.through == until else "ended"


def _id(cell: Cell, side: int, since: date) -> str:
    text = "|".join((cell.account, cell.service, cell.currency, str(side), str(since)))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _cents(amounts: Sequence[float] | Floats) -> Decimal:
    return Decimal(repr(float(np.sum(amounts)))).quantize(_CENT)
