"""Whether a day's data is there, and what the loop is told when it is not."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from services.query.readiness import GIVE_UP, LOOK_AGAIN, RETRY, NotReady, Readiness
from shared.days import Period
from shared.errors import Reject, Retry, Wait
from shared.events import DataDelayed, Event
from shared.staging import StagedDay, StagedPeriod
from tests.support.units.events import backfill, tick
from tests.support.units.rows import DAY

DEADLINE = time(14)
DUE = datetime.combine(DAY + timedelta(days=1), DEADLINE, tzinfo=UTC)


def staged(through: date | None) -> StagedPeriod:
    return StagedPeriod(
        period=Period.of(DAY),
        source_version="v",
        delivered_at=datetime(2026, 3, 17, 6, tzinfo=UTC),
        lines=1,
        bytes_scanned=1,
        complete_through=through,
        totals=(),
        days=(StagedDay(day=DAY, keys=(), rows=1, totals=()),),
    )


@pytest.mark.parametrize("deadline", [DEADLINE, None])
def test_a_day_that_the_export_does_not_reach_is_never_ready(deadline: time | None) -> None:
    readiness = Readiness(deadline)

    with pytest.raises(NotReady, match="does not reach 2026-03-17"):
        readiness.require(staged(DAY), DAY + timedelta(days=1), "", digest=True)


@pytest.mark.parametrize("through", [None, DAY - timedelta(days=1)])
@pytest.mark.parametrize("lacking", ["", "only 3 accounts"])
def test_a_day_still_being_delivered_is_ready_for_who_does_not_wait(
    through: date | None, lacking: str
) -> None:
    why = lacking or "usage of 2026-03-16 is still being delivered"
    with pytest.raises(NotReady, match=why):
        Readiness(DEADLINE).require(staged(through), DAY, lacking, digest=True)
    Readiness(DEADLINE).require(staged(through), DAY, lacking, digest=False)
    Readiness(None).require(staged(through), DAY, lacking, digest=True)


def test_what_another_day_lacks_is_not_said_of_this_one() -> None:
    with pytest.raises(NotReady, match="usage of 2026-03-16 is still being delivered"):
        Readiness(DEADLINE).require(
            staged(DAY - timedelta(days=2)), DAY, "the 15th has none", digest=True
        )


def test_before_the_deadline_the_tick_comes_back_in_silence() -> None:
    later = Readiness(DEADLINE).later(tick(), DAY, NotReady("late"), DUE - timedelta(seconds=1))

    assert isinstance(later, Wait)
    assert (later.after, list(later.says), str(later)) == (LOOK_AGAIN, [], "late")


def test_from_the_deadline_on_it_tells_each_time_in_the_same_words() -> None:
    readiness = Readiness(DEADLINE)
    events: list[Event] = []
    for minutes in (0, 15):
        later = readiness.later(tick(), DAY, NotReady("late"), DUE + timedelta(minutes=minutes))
        assert isinstance(later, Wait)
        events += later.says

    first, second = events
    assert isinstance(first, DataDelayed)
    assert (first.data.day, first.data.reason, first.data.deadline) == (DAY, "late", DUE)
    assert first.id == second.id


def test_after_ten_days_it_is_given_up() -> None:
    now = DUE + GIVE_UP + timedelta(seconds=1)

    later = Readiness(DEADLINE).later(tick(), DAY, NotReady("late"), now)

    assert isinstance(later, Reject)


@pytest.mark.parametrize("deadline", [DEADLINE, None])
def test_who_does_not_wait_has_five_looks_an_hour_apart(deadline: time | None) -> None:
    event = tick() if deadline is None else backfill(DAY, DAY)

    later = Readiness(deadline).later(event, DAY, NotReady("late"), DUE)

    assert isinstance(later, Retry)
    assert later.after == RETRY
