"""Whether a day's data is there, and what the loop is told when it is not."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from services.query.readiness import GIVE_UP, LOOK_AGAIN, RETRY, NotReady, Readiness
from shared.day_record import DayRecord, DayVersion
from shared.days import Period
from shared.errors import Reject, Retry, Wait
from shared.events import DataDelayed, Event
from shared.ledger import Ledger
from shared.locations import day_record_key
from shared.memory import MemoryStore
from shared.staging import StagedDay, StagedPeriod
from tests.support.units.aio import in_loop
from tests.support.units.events import backfill, tick
from tests.support.units.rows import DAY

DEADLINE = time(14)
DUE = datetime.combine(DAY + timedelta(days=1), DEADLINE, tzinfo=UTC)


def staged(through: date | None, *, accounts: int = 20, services: int = 10) -> StagedPeriod:
    return StagedPeriod(
        period=Period.of(DAY),
        source_version="v",
        delivered_at=datetime(2026, 3, 17, 6, tzinfo=UTC),
        lines=1,
        bytes_scanned=1,
        complete_through=through,
        totals=(),
        days=(
            StagedDay(day=DAY, keys=(), rows=1, totals=(), accounts=accounts, services=services),
        ),
    )


async def usual(*counts: int | None) -> MemoryStore:
    """Return a ledger in which the same weekdays before had so many accounts and 10 services."""
    store = MemoryStore()
    for week, accounts in enumerate(counts, 1):
        day = DAY - timedelta(weeks=week)
        version = DayVersion(
            sha256="0" * 64,
            run="r",
            source_version="v",
            archived_at=datetime(2026, 3, 1, tzinfo=UTC),
            rows=1,
            accounts=accounts,
            services=accounts and 10,
            totals=(),
            by_ou={},
        )
        await Ledger(store).create(day_record_key(day), DayRecord(day=day, versions=(version,)))
    return store


@pytest.mark.parametrize("deadline", [DEADLINE, None])
@in_loop
async def test_a_day_that_the_export_does_not_reach_is_never_ready(deadline: time | None) -> None:
    readiness = Readiness(MemoryStore(), deadline)

    with pytest.raises(NotReady, match="does not reach 2026-03-17"):
        await readiness.require(staged(DAY), DAY + timedelta(days=1))


@pytest.mark.parametrize("through", [None, DAY - timedelta(days=1)])
@in_loop
async def test_a_day_still_being_delivered_is_ready_for_who_does_not_wait(
    through: date | None,
) -> None:
    with pytest.raises(NotReady, match="usage of 2026-03-16 is still being delivered"):
        await Readiness(MemoryStore(), DEADLINE).require(staged(through), DAY)
    await Readiness(MemoryStore(), None).require(staged(through), DAY)


@pytest.mark.parametrize(
    ("accounts", "services", "what"),
    [(15, 10, "only 15 accounts .* 20 on"), (20, 7, "only 7 services .* 10 on")],
)
@in_loop
async def test_a_day_with_fewer_accounts_or_services_than_usual_is_not_ready(
    accounts: int, services: int, what: str
) -> None:
    readiness = Readiness(await usual(20, 22, 18, 20), DEADLINE)

    with pytest.raises(NotReady, match=what):
        await readiness.require(staged(DAY, accounts=accounts, services=services), DAY)


@pytest.mark.parametrize(
    ("before", "through"),
    [
        ((20, 22, 18, 20), DAY + timedelta(days=1)),  # a later day is whole: these are all
        ((20,), DAY),  # one day is no custom
        ((), DAY),
        ((None, None, None), DAY),  # recorded before accounts were counted
    ],
)
@in_loop
async def test_few_accounts_are_all_there_are_when_nothing_says_otherwise(
    before: tuple[int | None, ...], through: date
) -> None:
    readiness = Readiness(await usual(*before), DEADLINE)

    await readiness.require(staged(through, accounts=1, services=1), DAY)


@in_loop
async def test_a_usual_day_is_ready() -> None:
    readiness = Readiness(await usual(20, 25, 20, 20), DEADLINE)

    await readiness.require(staged(DAY, accounts=16, services=8), DAY)


def test_before_the_deadline_the_tick_comes_back_in_silence() -> None:
    later = Readiness(MemoryStore(), DEADLINE).later(
        tick(), DAY, "late", DUE - timedelta(seconds=1)
    )

    assert isinstance(later, Wait)
    assert (later.after, list(later.says), str(later)) == (LOOK_AGAIN, [], "late")


def test_from_the_deadline_on_it_tells_each_time_in_the_same_words() -> None:
    readiness = Readiness(MemoryStore(), DEADLINE)
    events: list[Event] = []
    for minutes in (0, 15):
        later = readiness.later(tick(), DAY, "late", DUE + timedelta(minutes=minutes))
        assert isinstance(later, Wait)
        events += later.says

    first, second = events
    assert isinstance(first, DataDelayed)
    assert (first.data.day, first.data.reason, first.data.deadline) == (DAY, "late", DUE)
    assert first.id == second.id


def test_after_ten_days_it_is_given_up() -> None:
    now = DUE + GIVE_UP + timedelta(seconds=1)

    later = Readiness(MemoryStore(), DEADLINE).later(tick(), DAY, "late", now)

    assert isinstance(later, Reject)


@pytest.mark.parametrize("deadline", [DEADLINE, None])
def test_who_does_not_wait_has_five_looks_an_hour_apart(deadline: time | None) -> None:
    event = tick() if deadline is None else backfill(DAY, DAY)

    later = Readiness(MemoryStore(), deadline).later(event, DAY, "late", DUE)

    assert isinstance(later, Retry)
    assert later.after == RETRY
