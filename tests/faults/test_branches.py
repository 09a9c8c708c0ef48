"""What a copy finds that goes on with one fault is what the whole schedule finds."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults import memo
from tests.faults.branches import MOST, Branches, judge_tree, trees
from tests.faults.kinds import PAIRED
from tests.faults.schedule import Schedule
from tests.faults.singles import calls_of, single_faults
from tests.faults.verdict import judge

EVERY = 211
"""Of the tick's single faults, every so many; a prime, that all kinds may have their turn."""


def singles() -> list[Schedule]:
    return list(single_faults("tick"))[::EVERY]


def pairs() -> list[Schedule]:
    """Return pairs that begin with the death of an archiver that has written a day."""
    calls = calls_of("tick")
    first = next(n for n, call in enumerate(calls) if str(call).startswith("archiver.0 s3:Put"))
    seconds = range(first + 10, len(calls), 40)
    kinds = dict(zip(seconds, PAIRED * len(calls), strict=False))
    return [Schedule("tick", ((first, "kill_after"), last)) for last in kinds.items()]


@pytest.mark.parametrize("drawn", [singles, pairs])
def test_a_copy_finds_what_the_whole_schedule_finds(drawn: Callable[[], list[Schedule]]) -> None:
    schedules = drawn()
    judged = [one for tree in trees(schedules) for one in judge_tree(tree)]

    assert judged == [judge(schedule) for schedule in schedules]


def test_most_are_judged_by_copies() -> None:
    schedules = [one for one in singles() if one.instances == 1]

    assert len(Branches(schedules).grown(Schedule("tick"))) > 0.9 * len(schedules)


def test_what_no_copy_may_do_is_done_by_the_schedule_itself() -> None:
    """A query that nobody has run yet would start an engine's threads anew."""
    schedules = [Schedule("tick", ((number, "throttle"),)) for number in (0, 1, 2)]
    known = dict(memo._KNOWN)
    memo._KNOWN.clear()
    try:
        assert judge_tree(schedules) == [judge(schedule) for schedule in schedules]
        assert memo._KNOWN
    finally:
        memo._KNOWN.update(known)


def test_trees_keep_the_order_and_share_all_but_the_last_fault() -> None:
    named = [Schedule("tick", (("s3:PutObject", "throttle"),))] * 2
    schedules = [*single_faults("tick"), *named]
    grown = list(trees(schedules))

    assert [one for tree in grown for one in tree] == schedules
    assert max(map(len, grown)) <= MOST
    assert len(grown) <= len(schedules) / MOST + 4


def test_nothing_is_left_in_the_folder_of_the_work_in_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memo, "MEMORY", tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    judge_tree([Schedule("tick", ((n, "kill_after"),)) for n in range(10, 90, 20)])

    assert list(tmp_path.iterdir()) == []
