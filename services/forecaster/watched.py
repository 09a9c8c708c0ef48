"""Unusual days of watched series, put together to events."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from services.forecaster.arrays import Floats, Mask

Sides = NDArray[np.int8]
Places = NDArray[np.int64]
PAUSE = 3
"""Days between two unusual days that may be of one event."""
LIKE = 0.25
"""A day before is of the event when it was off by this part of the day that was clear."""


@dataclass(frozen=True)
class Event:
    """Days that stood out on one side (1 up, -1 down), as places in the series.

    `found` is the first day that was clear; those from `first` on belong to it. `through` is the
    last of the quiet days after `last`, which say nothing of whether it goes on.
    """

    side: int
    first: int
    last: int
    found: int
    through: int


@dataclass(frozen=True)
class Watched:
    """What was expected of each day of each series, and on which side the unusual ones were."""

    values: Floats
    expected: Floats
    side: Sides
    since: Places
    quiet: Mask

    def events(self, row: int, until: int) -> list[Event]:
        """Return a series' events up to a day, oldest first: as they would be told on that day."""
        return [
            replace(event, through=_through(self.quiet[row, : until + 1], event.last))
            for event in _events(self, row, until)
        ]


def _events(watched: Watched, row: int, until: int) -> Iterator[Event]:
    """Yield events: days on one side with short pauses are one."""
    event: Event | None = None
    side = watched.side[row]
    for day in map(int, np.flatnonzero(side[: until + 1])):
        one_side = int(side[day])
        if event and event.side == one_side and day - event.last <= PAUSE:
            event = replace(event, last=day)
            continue
        if event:
            yield event
        event = Event(one_side, _begin(watched, row, day), day, day, day)
    if event:
        yield event


def _through(quiet: Mask, last: int) -> int:
    """Return the last of the quiet days that follow a day, which may be of one event."""
    through = last
    while through + 1 < min(len(quiet), last + PAUSE) and quiet[through + 1]:
        through += 1
    return through


def _begin(watched: Watched, row: int, day: int) -> int:
    """Return the first of the days that made this one clear."""
    since, side = int(watched.since[row, day]), int(watched.side[row, day])
    excess = (watched.values[row] - watched.expected[row]) * side
    begin = day
    while begin > since and excess[begin - 1] > LIKE * excess[day]:
        begin -= 1
    return begin
