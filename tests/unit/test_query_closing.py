"""When a month's last days are whole: what closes a month, and what only seems to."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest

from shared.days import Period
from shared.errors import Retry
from shared.events import PeriodQueried
from tests.support.units.aio import in_loop
from tests.support.units.events import backfill
from tests.support.units.queries import MARCH, Query


@pytest.mark.parametrize(
    ("delivered", "invoiced"), [(date(2026, 4, 3), False), (date(2026, 4, 1), True)]
)
@in_loop
async def test_a_day_without_lines_at_the_end_of_a_closed_month_is_a_day_without_cost(
    delivered: date, invoiced: bool
) -> None:
    more = [] if invoiced else [Period(2026, 4)]
    query = delivered_on(delivered, *more, last_day=date(2026, 3, 30), invoiced=invoiced)

    said = await query.hear(backfill(date(2026, 3, 31), date(2026, 3, 31)))

    assert complete_through(said) == date(2026, 3, 31)


@pytest.mark.parametrize("last_day", [date(2026, 3, 29), date(2026, 3, 30)])
@in_loop
async def test_the_next_month_does_not_make_days_whole_that_are_not_there(last_day: date) -> None:
    query = delivered_on(date(2026, 4, 1), Period(2026, 4), last_day=last_day)

    with pytest.raises(Retry, match="does not reach 2026-03-31"):
        await query.hear(backfill(date(2026, 3, 31), date(2026, 3, 31)))


@in_loop
async def test_an_invoice_in_the_middle_of_a_month_does_not_end_it() -> None:
    """A closed account's last bill comes when it closes."""
    query = delivered_on(date(2026, 3, 17), last_day=date(2026, 3, 16), invoiced=True)

    said = await query.hear(backfill(date(2026, 3, 15), date(2026, 3, 15)))

    assert complete_through(said) == date(2026, 3, 15)


@in_loop
async def test_an_export_that_ends_within_an_old_month_is_not_made_longer() -> None:
    """It was copied long after, and nothing says that the month went on without cost."""
    query = delivered_on(date(2026, 6, 1), last_day=date(2026, 3, 20))

    said = await query.hear(backfill(date(2026, 3, 1), date(2026, 3, 19)))

    assert complete_through(said) == date(2026, 3, 19)


def delivered_on(day: date, *more: Period, **engine: Any) -> Query:
    query = Query(MARCH, *more, **engine)
    query.shelf.delivered = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)
    return query


def complete_through(said: Sequence[PeriodQueried]) -> date | None:
    return said[0].data.complete_through
