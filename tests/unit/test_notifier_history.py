"""That nothing stood out is said only where there was history enough to judge by."""

from datetime import date, timedelta

import pytest

from services.notifier.mail.render import render
from services.notifier.report.history import days_of_history
from shared.anomalies import JUDGED_AFTER
from shared.days import GAP, days_between
from shared.locations import breakdown_key
from shared.memory import MemoryStore
from tests.support.reports import anomaly, composed
from tests.support.units.aio import in_loop
from tests.support.units.pages import squeezed
from tests.support.units.rows import DAY

CALM = "Nothing: every account's services cost what their history lets expect."


async def archive_of(*days: date) -> MemoryStore:
    store = MemoryStore()
    for day in days:
        await store.put(breakdown_key(day), b"rows")
    return store


def before(count: int) -> date:
    return DAY - timedelta(days=count)


@in_loop
async def test_history_is_what_lies_before_the_day_up_to_the_first_long_gap() -> None:
    whole = list(days_between(before(16), DAY))
    late = list(days_between(before(3), DAY))

    assert await days_of_history(await archive_of(*whole), DAY) == 16
    assert await days_of_history(await archive_of(before(4 + GAP), *late), DAY) == 4 + GAP
    assert await days_of_history(await archive_of(before(5 + GAP), *late), DAY) == 3
    assert await days_of_history(await archive_of(DAY), DAY) == 0


@in_loop
async def test_days_after_the_reported_one_are_no_history() -> None:
    store = await archive_of(DAY, DAY + timedelta(days=1))

    assert await days_of_history(store, DAY) == 0


@pytest.mark.parametrize(
    ("history", "said"),
    [
        (16, f"Too little history to judge yet: 16 of {JUDGED_AFTER} days."),
        (JUDGED_AFTER - 1, f"Too little history to judge yet: 19 of {JUDGED_AFTER} days."),
        (JUDGED_AFTER, CALM),
        (None, CALM),
    ],
)
def test_a_mail_claims_calm_only_after_history_enough(history: int | None, said: str) -> None:
    mail = render(composed(anomalies=[], history=history).report)

    for text in (squeezed(mail.text), squeezed(mail.html)):
        assert said in text.replace("&#39;", "'")
        assert text.replace("&#39;", "'").count(CALM) == (said == CALM)


def test_what_stood_out_is_told_without_it() -> None:
    mail = render(composed(anomalies=[anomaly()], history=3).report)

    assert "Too little history" not in mail.text
