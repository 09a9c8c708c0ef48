"""What was staged and not archived is asked for as far as days are over."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from services.auditor.checks import staging
from services.auditor.listed import Listed
from shared.days import Period, days_between
from shared.staging import StagedDay, StagedPeriod

JUNE = Period(2026, 6)


def listed(now: str, *days: date) -> Listed:
    moment = datetime.fromisoformat(now)
    staged = StagedPeriod(
        period=JUNE,
        source_version="20260608T060000.000000Z/run/20260608T070000.000000Z",
        delivered_at=moment,
        lines=0,
        bytes_scanned=0,
        complete_through=None,
        totals=(),
        days=tuple(StagedDay(day=day, keys=(), rows=0, totals=()) for day in days),
    )
    seen = Listed(now=moment, bucket="archive", through=moment.date())
    return replace(seen, newest_staged={JUNE: staged})


@pytest.mark.parametrize(
    ("now", "asked"),
    [
        ("2026-06-08T15:30:00+00:00", ["2026-06-07"]),
        ("2026-06-09T15:30:00+00:00", ["2026-06-08"]),
        ("2026-07-09T15:30:00+00:00", ["2026-06-08"]),
        ("2026-06-01T15:30:00+00:00", []),
    ],
)
def test_no_day_that_is_not_over_is_asked_for(now: str, asked: list[str]) -> None:
    seen = listed(now, *days_between(date(2026, 6, 1), date(2026, 6, 8)))

    found = list(staging.check(seen))

    assert [str(each.day) for each in found] == asked
    assert all(f"daybook replay {day} " in found[0].remedy for day in asked)


def test_of_a_commit_without_days_the_last_that_is_over_is_asked_for() -> None:
    (found,) = staging.check(listed("2026-06-08T15:30:00+00:00"))

    assert found.day == date(2026, 6, 7)
