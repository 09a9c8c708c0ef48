"""A backfill of several billing periods becomes one request for each."""

from datetime import date

import pytest

from services.query.asked import asked_for, split
from shared.days import Period
from shared.errors import Reject
from shared.events import MOST_PERIODS, BackfillRequested, parse
from tests.support.units.aio import in_loop
from tests.support.units.events import backfill, tick
from tests.support.units.queries import Query


def parts(first: date, last: date, *, notify: bool = False) -> list[BackfillRequested]:
    return [
        e for e in split(backfill(first, last, notify=notify)) if isinstance(e, BackfillRequested)
    ]


def test_400_days_are_one_request_per_month_and_each_day_is_in_one() -> None:
    first, last = date(2025, 1, 20), date(2026, 2, 23)

    made = parts(first, last)
    days = [(part.data.last_day - part.data.first_day).days + 1 for part in made]

    assert len(made) == 14
    assert [Period.of(part.data.first_day) for part in made] == [asked_for(p).period for p in made]
    assert sum(days) == 400
    assert (made[0].data.first_day, made[-1].data.last_day) == (first, last)
    assert [(p.data.part, p.data.of) for p in made] == [(n, 14) for n in range(1, 15)]


def test_all_parts_are_of_one_run_and_say_the_same_when_they_are_said_again() -> None:
    wish = backfill(date(2026, 1, 1), date(2026, 3, 31))

    first, second = split(wish), split(wish)

    assert [event.id for event in first] == [event.id for event in second]
    assert len({event.id for event in first}) == 3
    assert {event.runid for event in first} == {wish.runid}


def test_only_the_last_part_asks_for_the_digest() -> None:
    made = parts(date(2026, 1, 1), date(2026, 3, 31), notify=True)

    assert [part.data.notify for part in made] == [False, False, True]


def test_a_part_survives_its_journey_and_is_not_split_again() -> None:
    for part in parts(date(2026, 1, 1), date(2026, 2, 28)):
        read = parse(part.to_json())

        assert read == part
        assert split(read) == []


def test_who_asked_and_why_goes_with_the_run() -> None:
    (_, second) = parts(date(2026, 1, 1), date(2026, 2, 28))

    batch = asked_for(second).batch

    assert batch
    assert (batch.part, batch.of, batch.reason, batch.requested_by) == (2, 2, "restated", "ops")


def test_a_tick_and_one_month_are_not_split() -> None:
    assert split(tick()) == []
    assert split(backfill(date(2026, 3, 1), date(2026, 3, 31))) == []


def test_more_than_ten_years_are_refused_however_many() -> None:
    assert len(parts(date(2016, 1, 1), date(2025, 12, 31))) == MOST_PERIODS
    with pytest.raises(Reject, match="ask for fewer"):
        split(backfill(date(1, 1, 1), date(9999, 12, 31)))


@in_loop
async def test_a_request_that_is_split_reads_nothing() -> None:
    query = Query(Period(2026, 2), Period(2026, 3))

    assert await query.hear(backfill(date(2026, 2, 1), date(2026, 3, 31))) == []
    assert query.engine.prefixes == []
    assert query.organization.observed == []
