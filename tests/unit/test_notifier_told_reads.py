"""What the notifier reads to know what changed, and what it does when the ledger is damaged."""

from datetime import date, timedelta
from typing import Any

from shared.days import Period
from shared.locations import day_record_key, day_records_prefix
from shared.memory import MemoryStore
from tests.support.units.aio import in_loop
from tests.support.units.events import SECOND_DELIVERY, cataloged
from tests.support.units.notifier import (
    PROD,
    Notifier,
    hear,
    last_text,
    mails,
    notifier,
    text_of,
)
from tests.support.units.rows import DAY, row

BEFORE, NEXT = DAY - timedelta(days=1), DAY + timedelta(days=1)


@in_loop
async def test_only_records_that_changed_are_read() -> None:
    world = Notifier(store=CountingStore())
    month = {date(2026, 3, n): [row(str(n))] for n in range(1, 17)}
    await hear(world, month)
    changed = month | {BEFORE: [row("99")], NEXT: [row("1")]}
    event = await cataloged(world.store, changed, run="run-2", version=SECOND_DELIVERY)
    assert isinstance(world.store, CountingStore)
    world.store.read.clear()

    await world.hear(event)

    records = {key for key in world.store.read if key.startswith("ledger/days/")}
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
async def test_a_day_whose_told_version_is_lost_has_changed_by_an_unknown_amount_once() -> None:
    world = notifier(roster=(PROD,))
    await hear(world, {BEFORE: [row("1")], DAY: [row("2")]})
    world.store = claims_alone(world.store)
    days = {BEFORE: [row("4")], NEXT: [row("9")]}

    await hear(world, days, version=SECOND_DELIVERY)

    assert len(mails(world)) == len(world.post.sent) / 2 == 2
    for mail in mails(world).values():
        assert "15 Mar: changed; by how much is not known" in text_of(mail)
    await hear(world, days | {NEXT + timedelta(days=1): [row("9")]}, version=SECOND_DELIVERY)
    assert "Restated" not in last_text(world)


def claims_alone(store: MemoryStore) -> MemoryStore:
    """Return a bucket in which the digests' claims are left, and no record of a day."""
    kept = MemoryStore()
    kept.versions |= {k: v for k, v in store.versions.items() if k.startswith("ledger/digests/")}
    return kept


@in_loop
async def test_what_somebody_put_beside_the_records_holds_back_neither_archiver_nor_digest() -> (
    None
):
    world = notifier()
    for stray in ("2026-03-14.json.bak", "2026-03-14", "notes.json"):
        await world.store.put(f"{day_records_prefix(Period.of(DAY))}{stray}", b"?")

    await hear(world, {BEFORE: [row("1")], DAY: [row("2")]})

    assert list(mails(world)) == ["daily"]
