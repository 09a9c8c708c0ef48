"""Schedules that differ in their last fault alone, judged together: what they share is run once.

At the call that a last fault strikes, the process forks, and its copy goes on with the fault. What
comes of it is what comes of the whole schedule run by itself (test_branches.py), for much less.
"""

import asyncio
import gc
import os
import pickle
import random
import shutil
import tempfile
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from tests.faults import memo
from tests.faults.schedule import Schedule
from tests.faults.verdict import Judged, judge
from tests.faults.world import World

MOST = 60
"""Schedules of one tree: enough that what they share costs little, few enough to spread them."""
FEWEST = 3
Files = dict[Path, bytes | None]
"""What is in a folder: its files' bytes; None for a folder."""


def trees(schedules: Iterable[Schedule]) -> Iterator[list[Schedule]]:
    """Yield the schedules in order; those together that have all but their last fault in common."""
    for _, alike in groupby(schedules, key=_trunk):
        group = list(alike)
        yield from (group[start : start + MOST] for start in range(0, len(group), MOST))


def judge_tree(schedules: Sequence[Schedule]) -> list[Judged]:
    """Judge the schedules of one tree; those that no copy could judge are run by themselves."""
    trunk = _trunk(schedules[0])
    shared = trunk is not None and len(schedules) >= FEWEST
    found = Branches(schedules).grown(trunk) if trunk and shared else {}
    return [found.get(schedule) or judge(schedule) for schedule in schedules]


def _trunk(schedule: Schedule) -> Schedule | None:
    """Return what comes before the last fault; None when it strikes at no number of a call."""
    *before, last = schedule.plan or (("", ""),)
    return replace(schedule, plan=tuple(before)) if isinstance(last[0], int) else None


class Branches:
    """The copies that go on with one fault each, and in each copy, which one it is."""

    def __init__(self, schedules: Iterable[Schedule]) -> None:
        self._at: dict[int | str, list[Schedule]] = defaultdict(list)
        for schedule in schedules:
            self._at[schedule.plan[-1][0]].append(schedule)
        self._found: dict[Schedule, Judged] = {}
        self._ours: Schedule | None = None
        self._writing = -1

    def grown(self, trunk: Schedule) -> Mapping[Schedule, Judged]:
        """Run what is shared; returns what the copies found."""
        try:
            came = judge(trunk, self)
            if self._ours:
                self._tell(replace(came, line=str(self._ours)))
        finally:
            if self._ours:  # whatever happened in a copy, nobody else may go on with it
                os._exit(0)
        return self._found

    def __call__(self, world: World, number: int) -> None:
        """Fork for each fault that strikes here; every copy ends before the next begins."""
        for schedule in self._at.pop(number, ()):
            if self._split(schedule):
                world.plan[number] = schedule.plan[-1][1]
                asyncio._set_running_loop(world.loop)  # asyncio knows it by the process's id
                return

    def _split(self, schedule: Schedule) -> bool:
        """Fork; return True in the copy, and False when it has ended."""
        reading, writing = os.pipe()
        folder = Path(tempfile.gettempdir())
        files = _files(folder)
        chance = random.getstate()
        with warnings.catch_warnings():  # other threads wait for work, and hold nothing
            warnings.simplefilter("ignore", DeprecationWarning)
            copy = os.fork()
        if copy == 0:
            self._ours, self._at, self._writing = schedule, {}, writing
            memo.IN_A_COPY.append(True)
            random.setstate(chance)  # a fork seeds it anew
            gc.disable()  # who looks for garbage copies every page that he looks at
            return True
        os.close(writing)
        with os.fdopen(reading, "rb") as told:
            said = told.read()
        os.waitpid(copy, 0)
        if said:
            self._found[schedule] = pickle.loads(said)  # noqa: S301 - our own copy wrote it
        _restore(folder, files)
        return False

    def _tell(self, came: Judged) -> None:
        with os.fdopen(self._writing, "wb") as telling:
            pickle.dump(came, telling)


def _files(folder: Path) -> Files:
    return {path: None if path.is_dir() else path.read_bytes() for path in folder.rglob("*")}


def _restore(folder: Path, files: Files) -> None:
    """Undo what a copy did to the files of the work in hand; what it tidied up is still needed."""
    if folder.exists() and _files(folder) == files:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for path, held in files.items():
        if held is None:
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(held)
