"""What the notifier reads to know what changed, and what it does when the ledger is damaged."""

from datetime import date, timedelta
from typing import Any

import pytest

from shared.errors import MismatchError
from shared.locations import day_record_key
from shared.memory import MemoryStore
from tests.support.units.aio import in_loop
from tests.support.units.events import SECOND_DELIVERY, cataloged
from tests.support.units.notifier import Notifier, hear
from tests.support.units.rows import DAY, row

BEFORE, NEXT = DAY - timedelta(days=1), DAY + timedelta(days=1)


@in_loop
async def test_only_records_that_changed_are_read() -> None:
    notifier = Notifier(store=CountingStore())
    month = {date(2026, 3, n): [row(str(n))] for n in range(1, 17)}
    await hear(notifier, month)
    changed = month | {BEFORE: [row("99")], NEXT: [row("1")]}
    event = await cataloged(notifier.store, changed, run="run-2", version=SECOND_DELIVERY)
    assert isinstance(notifier.store, CountingStore)
    notifier.store.read.clear()

    await notifier.hear(event)

    records = {key for key in notifier.store.read if key.startswith("ledger/days/")}
    assert records == {day_record_key(day) for day in (BEFORE, DAY, NEXT)}


class CountingStore(MemoryStore):
    """Notes which objects are read."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []

    async def get(self, key: str) -> Any:
        self.read.append(key)
        return await super().get(key)


@in_loop
async def test_a_version_that_the_ledger_has_forgotten_is_not_passed_over() -> None:
    notifier = Notifier()
    await hear(notifier, {BEFORE: [row("1")], DAY: [row("2")]})
    forgetful = MemoryStore()
    days = {BEFORE: [row("4")], NEXT: [row("9")]}
    event = await cataloged(forgetful, days, run="run-2", version=SECOND_DELIVERY)
    claims = {k: v for k, v in notifier.store.versions.items() if k.startswith("ledger/digests/")}
    forgetful.versions |= claims
    notifier.store = forgetful

    with pytest.raises(MismatchError, match="forgotten the version of 2026-03-15"):
        await notifier.hear(event)
