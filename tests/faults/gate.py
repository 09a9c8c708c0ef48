"""Lets the calls of two workers on what they share through one by one, in an order of our choosing.

A step is such a call, and all that its process does until the next one. Of orders that differ only
in steps which come to the same either way, one is visited: a step that was tried first at a fork
sleeps in the branches beside it until one is taken that it depends on (Godefroid, "Partial-Order
Methods for the Verification of Concurrent Systems": sleep sets).
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tests.faults.process import Process
from tests.faults.wire import Request
from tests.faults.world import Call, World

Step = Sequence[Call]


class Chooser(Protocol):
    """Says who is next."""

    def __call__(self, waiting: Sequence[str], done: Step, /) -> str:
        """Return which of the waiting processes goes on; `done` was done since the last one did."""


@dataclass
class Gate:
    """Holds calls on shared state until the scheduler lets one through.

    `taken`: which of several was let through, each time, counted in the order of their names.
    """

    world: World
    shared: re.Pattern[str]
    choose: Chooser
    taken: list[int] = field(default_factory=list)
    _waiting: dict[str, asyncio.Future[None]] = field(default_factory=dict)
    _seen: int = 0

    async def __call__(self, process: Process, request: Request) -> None:
        if not self.shared.search(f"{request.operation} {request.about}"):
            return
        held: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[process.name] = held
        await held

    def release(self) -> bool:
        if not self._waiting:
            return False
        done, self._seen = self.world.log[self._seen :], len(self.world.log)
        names = sorted(self._waiting)
        name = self.choose(names, done)
        if len(names) > 1:
            self.taken.append(names.index(name))
        self._waiting.pop(name).set_result(None)
        return True


@dataclass
class Along:
    """Goes a path that was taken before, and the first way beyond its end."""

    path: Sequence[int]
    _step: int = 0

    def __call__(self, waiting: Sequence[str], _done: Step) -> str:
        if len(waiting) == 1:
            return waiting[0]
        place = self.path[self._step] if self._step < len(self.path) else 0
        self._step += 1
        return waiting[min(place, len(waiting) - 1)]


@dataclass
class Choices:
    """An odometer: `choose` follows the path given, and takes the first way beyond it."""

    path: list[int] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)

    def choose(self, width: int) -> int:
        place = len(self.widths)
        self.widths.append(width)
        if place == len(self.path):
            self.path.append(0)
        return min(self.path[place], width - 1)

    def next(self) -> "Choices | None":
        """Return the next path; None after the last."""
        path, widths = self.path[: len(self.widths)], self.widths
        while path and path[-1] + 1 >= widths[len(path) - 1]:
            path.pop()
        if not path:
            return None
        return Choices([*path[:-1], path[-1] + 1])


Known = dict[tuple[str, ...], Step]
"""What each step did that was taken, by the names of those who took it and the ones before it."""


@dataclass
class Search:
    """Visits the orders that differ, one a run; with `every`, also those that come to the same.

    `known` is shared by the runs of a contest, which are the same up to where they part.
    """

    choices: Choices
    known: Known
    every: bool = False
    _way: tuple[str, ...] = ()
    _asleep: dict[str, Step] = field(default_factory=dict)
    _visited: bool = False
    """Whether what is still to come was visited by another run."""

    def __call__(self, waiting: Sequence[str], done: Step) -> str:
        self._wake(done)
        awake = [name for name in waiting if name not in self._asleep]
        self._visited = self._visited or not awake
        if self._visited:
            return waiting[0]
        place = self.choices.choose(len(awake)) if len(awake) > 1 else 0
        if not self.every:
            self._asleep |= {name: self.known[*self._way, name] for name in awake[:place]}
        self._way = (*self._way, awake[place])
        return awake[place]

    def _wake(self, done: Step) -> None:
        """Wake whose step the one that was taken makes a difference to."""
        self.known[self._way] = done
        self._asleep = {
            name: step for name, step in self._asleep.items() if independent(step, done)
        }


def independent(one: Step, other: Step) -> bool:
    """Say whether two steps come to the same in either order."""
    return not any(_differ(call, another) for call in one for another in other)


def _differ(one: Call, other: Call) -> bool:
    """Say whether the order of two calls may matter: not of reads, nor of different objects."""
    if (one.service == "s3") != (other.service == "s3"):
        return False
    if not (_changes(one) or _changes(other)):
        return False
    if one.service != "s3":
        return True  # topics, queues and mails lead to each other
    if "List" in one.operation + other.operation:
        return one.about.startswith(other.about) or other.about.startswith(one.about)
    return one.about == other.about


def _changes(call: Call) -> bool:
    return call.effect or call.operation == "ReceiveMessage"
