"""What a digest says of the status of its day and of the month before."""

from datetime import date
from typing import Any

import pytest

from shared.day_record import PeriodRecord
from shared.day_status import day_status
from shared.days import Period
from shared.event_data import Reference
from shared.ledger import Ledger
from shared.locations import period_record_key
from shared.memory import MemoryStore
from tests.support.units.aio import in_loop
from tests.support.units.events import archive, queried
from tests.support.units.notifier import Notifier, hear, last_text
from tests.support.units.rows import DAY, row

FEBRUARY = Period(2026, 2)


@pytest.mark.parametrize(
    ("through", "final", "status"),
    [
        (None, False, "partial"),
        (date(2026, 3, 15), False, "partial"),
        (DAY, False, "complete"),
        (None, True, "final"),
    ],
)
def test_a_day_is_partial_until_it_is_covered_and_final_when_its_month_is(
    through: date | None, final: bool, status: str
) -> None:
    assert day_status(DAY, through, final=final) == status


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        ({"complete_through": None}, "PARTIAL day: usage is still being delivered"),
        ({}, "complete day"),
        ({"final": True}, "final day: its month is invoiced"),
    ],
    ids=["partial", "complete", "final"],
)
@in_loop
async def test_a_digest_says_the_status_of_its_day(scope: dict[str, Any], said: str) -> None:
    notifier = Notifier()

    await hear(notifier, {DAY: [row("1")]}, **scope)

    assert f"({said}, amortized cost, UTC)" in last_text(notifier)


@pytest.mark.parametrize(
    ("through", "final", "said"),
    [
        (date(2026, 2, 27), False, "February 2026 is partial: its last days are not delivered"),
        (FEBRUARY.last, False, "February 2026 is complete and not invoiced in full yet"),
        (FEBRUARY.last, True, "February 2026 is final: it is invoiced"),
    ],
)
@in_loop
async def test_a_digest_says_whether_the_month_before_can_still_change(
    through: date, final: bool, said: str
) -> None:
    notifier = Notifier()
    record = PeriodRecord(
        source_version="v",
        run="before",
        staging=Reference(uri="s3://x/manifest.json", sha256="0" * 64),
        complete_through=through,
        final=final,
    )
    await Ledger(notifier.store).create(period_record_key(FEBRUARY), record)

    await hear(notifier, {DAY: [row("1")]})

    assert f"\n{said}" in last_text(notifier)


@in_loop
async def test_of_a_month_that_was_never_archived_nothing_is_said() -> None:
    notifier = Notifier()

    await hear(notifier, {DAY: [row("1")]})

    assert "February" not in last_text(notifier)


@in_loop
async def test_the_ledger_keeps_the_status_of_the_newest_delivery() -> None:
    store = MemoryStore()
    key, day = period_record_key(Period.of(DAY)), {DAY: [row("1")]}
    seen = []
    for run, scope in (("run-1", {}), ("run-2", {"final": True}), ("run-3", {})):
        await archive(store, await queried(store, day, run=run, version=f"{run}/x/y", **scope))
        entry = await Ledger(store).read(key, PeriodRecord)
        assert entry
        seen.append(entry.doc.status(DAY))

    assert seen == ["complete", "final", "complete"]
