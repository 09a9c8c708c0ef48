"""Which day of an open month is the last one that a delivery holds in whole."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from services.query.reach import Reach, day_in_question, reach, weekdays_before
from shared.day_record import DayRecord, DayVersion
from shared.ledger import Ledger
from shared.locations import day_record_key
from shared.memory import MemoryStore
from shared.staging import StagedDay
from tests.support.units.aio import in_loop

DELIVERED = date(2026, 3, 17)
SIXTEENTH = date(2026, 3, 16)


def days(
    hours: Mapping[int, int | None], *, accounts: int = 20, services: int = 10
) -> list[StagedDay]:
    """Return days of March by number, each with its latest hour of usage."""
    return [
        StagedDay(
            day=date(2026, 3, number),
            keys=(),
            rows=1,
            totals=(),
            last_hour=hour,
            accounts=accounts,
            services=services,
        )
        for number, hour in hours.items()
    ]


def weekdays(
    *accounts: int | None, last_hour: int | None = 23, services: int = 10
) -> list[DayVersion]:
    """Return earlier days of the weekday."""
    return [
        DayVersion(
            sha256="0" * 64,
            run="r",
            source_version="v",
            archived_at=datetime(2026, 3, 1, tzinfo=UTC),
            rows=1,
            accounts=count,
            services=count and services,
            last_hour=last_hour,
            totals=(),
            by_ou={},
        )
        for count in accounts
    ]


WHOLE = dict.fromkeys(range(1, 17), 23)


@pytest.mark.parametrize(
    ("hours", "through"),
    [
        ({}, None),
        ({1: 5}, None),
        ({1: 23, 2: 5}, date(2026, 3, 1)),
        (WHOLE | {17: 5}, SIXTEENTH),
        (WHOLE, date(2026, 3, 15)),
        (WHOLE | {17: None}, date(2026, 3, 15)),
    ],
    ids=["no-usage", "first-day", "second-day", "today", "yesterday", "no-usage-today"],
)
def test_the_newest_day_with_usage_is_not_whole_and_the_one_before_is(
    hours: dict[int, int | None], through: date | None
) -> None:
    assert reach(days(hours), DELIVERED) == Reach(through)


@pytest.mark.parametrize("late", [18, 31])
def test_usage_dated_after_the_delivery_does_not_say_how_far_it_reaches(late: int) -> None:
    assert reach(days(WHOLE | {17: 5, late: 0}), DELIVERED).through == SIXTEENTH


@pytest.mark.parametrize(
    ("hours", "says"),
    [
        (WHOLE | {16: 2, 17: 0}, "it ends at 02:59, and on such days at 23:59"),
        (WHOLE | {16: None, 17: 0}, "there is none, and on such days at 23:59"),
        (WHOLE | {9: 18, 16: 17, 17: 0}, "it ends at 17:59, and on such days at 18:59"),
    ],
)
def test_a_day_whose_usage_ends_earlier_than_usual_is_not_whole(
    hours: dict[int, int | None], says: str
) -> None:
    found = reach(days(hours), DELIVERED)

    assert found.through == date(2026, 3, 15)
    assert says in found.lacking


@pytest.mark.parametrize(
    ("hours", "before"),
    [
        (WHOLE | {16: 2, 17: 0}, weekdays(20, 20, last_hour=2)),
        ({14: 23, 15: 23, 16: 2, 17: 0}, []),
        (dict.fromkeys(range(1, 18), 0), []),
        (WHOLE | {9: 17, 16: 17, 17: 0}, weekdays(20, last_hour=None)),
    ],
    ids=["as-on-this-weekday", "too-few-to-tell", "daily-granularity", "as-a-week-ago"],
)
def test_a_day_whose_usage_ends_as_usual_is_whole(
    hours: dict[int, int | None], before: list[DayVersion]
) -> None:
    assert reach(days(hours), DELIVERED, before) == Reach(SIXTEENTH)


@pytest.mark.parametrize(
    ("accounts", "services", "says"),
    [(15, 10, "only 15 accounts .* 20 on"), (20, 7, "only 7 services .* 10 on")],
)
def test_a_day_with_fewer_accounts_or_services_than_usual_is_not_whole(
    accounts: int, services: int, says: str
) -> None:
    found = days(WHOLE | {17: 5}, accounts=accounts, services=services)

    reached = reach(found, DELIVERED, weekdays(20, 22, 18, 20))

    assert reached.through == date(2026, 3, 15)
    assert re.search(says, reached.lacking)


@pytest.mark.parametrize("before", [(20,), (), (None, None, None)])
def test_few_accounts_are_all_there_are_when_nothing_says_otherwise(
    before: tuple[int | None, ...],
) -> None:
    found = days(WHOLE | {17: 5}, accounts=1, services=1)

    assert reach(found, DELIVERED, weekdays(*before)).through == SIXTEENTH


def test_a_usual_day_is_whole() -> None:
    found = days(WHOLE | {17: 5}, accounts=16, services=8)

    assert reach(found, DELIVERED, weekdays(20, 25, 20, 20)).through == SIXTEENTH


@in_loop
async def test_the_weekdays_before_come_from_the_ledger() -> None:
    store, day = MemoryStore(), day_in_question(days(WHOLE | {17: 5}), DELIVERED)
    assert day == SIXTEENTH
    for week, version in enumerate(weekdays(1, 2), 1):
        when = day - timedelta(weeks=week)
        await Ledger(store).create(day_record_key(when), DayRecord(day=when, versions=(version,)))

    assert [found.accounts for found in await weekdays_before(store, day)] == [1, 2]


LAST = date(2026, 3, 31)
MONTH: dict[int, int | None] = dict.fromkeys(range(1, 32), 23)


def closing(
    hours: dict[int, int | None], before: Sequence[DayVersion], *, accounts: int = 20
) -> Reach:
    """Judge March as it was delivered on 1 April, when April had begun to be."""
    staged = [*days(MONTH | hours)[:-1], *days({31: hours.get(31, 23)}, accounts=accounts)]
    return reach(staged, date(2026, 4, 1), before, LAST)


def test_the_last_day_of_a_month_is_asked_about_itself_once_the_next_month_is_there() -> None:
    assert closing({}, weekdays(20, 20)) == Reach(LAST)
    assert reach(days(MONTH), date(2026, 4, 1), weekdays(20, 20)).through == date(2026, 3, 30)


def test_a_last_day_that_ends_early_is_not_whole_though_the_next_month_is_there() -> None:
    found = closing({31: 5}, weekdays(20, 20))

    assert found.through == date(2026, 3, 30)
    assert "it ends at 05:59" in found.lacking


def test_a_last_day_of_few_accounts_is_not_whole_though_the_next_month_is_there() -> None:
    found = closing({}, weekdays(20, 20), accounts=1)

    assert found.through == date(2026, 3, 30)
    assert "only 1 accounts" in found.lacking
