"""What is to be known of the data never makes an event that nobody would read."""

from datetime import date

import pytest

from services.query.notes import MOST_NOTES, bounded
from shared.config_outlook import Budget
from shared.errors import Reject
from shared.event_data import LONGEST_REASON
from shared.events import MAX_BYTES, parse
from tests.support.units.aio import in_loop
from tests.support.units.events import tick
from tests.support.units.queries import MARCH, Query


def test_few_notes_are_all_told() -> None:
    assert bounded(f"note {n}" for n in range(MOST_NOTES)) == tuple(
        f"note {n}" for n in range(MOST_NOTES)
    )


def test_of_many_and_long_notes_the_rest_is_counted() -> None:
    *kept, more = bounded(["x" * 1000] * (MOST_NOTES + 5))

    assert kept == ["x" * (LONGEST_REASON - 1) + "…"] * MOST_NOTES
    assert more == "Left out here, and in the log of the query worker: 5."


@in_loop
async def test_hundreds_of_budgets_that_contradict_each_other_stop_no_run() -> None:
    query = Query(MARCH)
    ous = [f"Unit-{n:03}-{'x' * 200}" for n in range(300)]
    query.budgets = tuple(
        Budget.model_validate({"ou": each, "monthly": monthly, "from": date(2026, 1, 1)})
        for ou in ous
        for each, monthly in ((ou, "1"), (f"{ou}/Part", "2"))
    )

    (said,) = await query.hear(tick())

    assert len(said.data.notes) == MOST_NOTES + 1
    assert parse(said.to_json()) == said


@in_loop
async def test_what_nobody_would_read_is_not_said() -> None:
    (said,) = await Query(MARCH).hear(tick())
    data = said.data.model_copy(update={"notes": ("x" * MAX_BYTES,)})

    with pytest.raises(Reject, match="larger than 65536 bytes"):
        said.model_copy(update={"data": data}).to_json()
