"""Days and billing periods."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.days import Period, count_periods, day_before, days_between, periods_between

DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
ZONES = ["America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"]
PERIOD: TypeAdapter[Period] = TypeAdapter(Period)


@given(DAYS)
def test_a_period_is_read_back_as_it_was_written(day: date) -> None:
    assert Period.parse(str(Period.of(day))) == Period.of(day)


@pytest.mark.parametrize(
    "text",
    ["", "2026", "2026-3", "2026-13", "2026-00", "2026-03-01", "26-03", " 2026-03", "2026-03 ",
     "2026/03", "-026-03", "2026-03\n", "20260-3"],
)  # fmt: skip
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Period.parse(text)


@pytest.mark.parametrize("value", [5, None, [], {}, 2026.03, True])
def test_what_is_not_even_text_is_no_period(value: object) -> None:
    with pytest.raises(ValidationError):
        PERIOD.validate_python(value)


@pytest.mark.parametrize(
    ("period", "last"),
    [
        (Period(2024, 2), date(2024, 2, 29)),
        (Period(2026, 2), date(2026, 2, 28)),
        (Period(2100, 2), date(2100, 2, 28)),
        (Period(2000, 2), date(2000, 2, 29)),
        (Period(2026, 4), date(2026, 4, 30)),
        (Period(2026, 12), date(2026, 12, 31)),
        (Period(9999, 12), date(9999, 12, 31)),
    ],
)
def test_a_period_ends_on_the_last_day_of_its_month(period: Period, last: date) -> None:
    assert period.last == last
    assert period.length == last.day


@given(DAYS)
def test_every_day_lies_in_exactly_one_period(day: date) -> None:
    period = Period.of(day)

    assert period.first <= day <= period.last
    assert list(period.days()).count(day) == 1
    assert period.last + timedelta(days=1) == period.next.first


@given(DAYS, DAYS)
def test_periods_sort_as_their_days_do(one: date, other: date) -> None:
    if Period.of(one) != Period.of(other):
        assert (Period.of(one) < Period.of(other)) == (one < other)


def test_the_days_of_a_period_may_end_early_but_never_late() -> None:
    period = Period(2026, 3)

    assert len(list(period.days())) == 31
    assert list(period.days(until=date(2026, 3, 2))) == [date(2026, 3, 1), date(2026, 3, 2)]
    assert len(list(period.days(until=date(2026, 5, 2)))) == 31
    assert list(period.days(until=date(2026, 2, 28))) == []


@given(DAYS, st.integers(0, 900))
def test_days_between_holds_both_ends_and_no_gap(first: date, length: int) -> None:
    days = list(days_between(first, first + timedelta(days=length)))

    assert (days[0], days[-1], len(days)) == (first, first + timedelta(days=length), length + 1)


def test_there_are_no_days_backwards() -> None:
    assert list(days_between(date(2026, 3, 2), date(2026, 3, 1))) == []
    assert list(periods_between(date(2026, 3, 2), date(2026, 2, 1))) == []


@given(DAYS, st.integers(0, 900))
def test_periods_between_hold_every_day_once(first: date, length: int) -> None:
    last = first + timedelta(days=length)

    periods = list(periods_between(first, last))

    assert periods == sorted({Period.of(day) for day in days_between(first, last)})


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)))  # noqa: DTZ001 - made aware below
def test_the_day_before_is_the_utc_day_whatever_zone_the_moment_is_told_in(
    moment: datetime,
) -> None:
    aware = moment.replace(tzinfo=UTC)

    for zone in ZONES:
        assert day_before(aware.astimezone(ZoneInfo(zone))) == moment.date() - timedelta(days=1)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-03-16T00:00:00+00:00", date(2026, 3, 15)),
        ("2026-03-16T23:59:59+00:00", date(2026, 3, 15)),
        ("2026-03-16T00:30:00+02:00", date(2026, 3, 14)),
        ("2026-03-15T23:30:00-02:00", date(2026, 3, 15)),
        ("2026-03-01T07:00:00+00:00", date(2026, 2, 28)),
        ("2024-03-01T07:00:00+00:00", date(2024, 2, 29)),
        ("2026-01-01T07:00:00+00:00", date(2025, 12, 31)),
    ],
)
def test_the_day_before_crosses_midnight_months_and_years(moment: str, day: date) -> None:
    assert day_before(datetime.fromisoformat(moment)) == day


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1), date(2026, 3, 29)])
def test_each_hour_of_a_day_that_changes_its_clocks_lies_in_one_day(day: date) -> None:
    start = datetime.combine(day, datetime.min.time(), ZoneInfo("America/New_York"))
    hours = [start.astimezone(UTC) + timedelta(hours=n) for n in range(25)]

    told = [day_before(hour.astimezone(start.tzinfo)) for hour in hours]

    assert told == [hour.date() - timedelta(days=1) for hour in hours]


def test_a_period_travels_as_text() -> None:
    assert PERIOD.dump_json(Period(2026, 3)) == b'"2026-03"'
    assert PERIOD.validate_json('"2026-03"') == Period(2026, 3)
    assert PERIOD.json_schema()["pattern"]


@given(st.dates())
def test_the_month_before_the_next_is_the_month_itself(day: date) -> None:
    period = Period.of(day)
    if period.next.year <= date.max.year:
        assert period.next.previous == period


@given(DAYS, DAYS)
def test_periods_are_counted_as_they_are_listed(one: date, other: date) -> None:
    first, last = sorted((one, other))

    assert count_periods(first, last) == len(list(periods_between(first, last)))


def test_periods_end_where_the_calendar_does() -> None:
    end = date(9999, 12, 31)

    assert list(periods_between(date(9999, 11, 1), end)) == [Period(9999, 11), Period(9999, 12)]
