"""Two archivers at one day: the newest delivery wins, in the bucket and in the ledger."""

from collections.abc import Awaitable, Callable

from shared.day_record import DayRecord, PeriodRecord
from shared.events import PeriodQueried
from shared.ledger import Ledger
from shared.locations import breakdown_key, day_record_key, period_record_key
from shared.memory import MemoryStore
from tests.support.units.aio import in_loop
from tests.support.units.events import FIRST_DELIVERY, SECOND_DELIVERY, archive, queried
from tests.support.units.rows import DAY, row, usd
from tests.support.units.stores import RacingStore

KEY = breakdown_key(DAY)


async def record_of(store: MemoryStore) -> DayRecord:
    entry = await Ledger(store).read(day_record_key(DAY), DayRecord)
    assert entry
    return entry.doc


@in_loop
async def test_the_ledger_keeps_the_newest_version_when_a_slow_run_records_last() -> None:
    store = RacingStore(prefix="ou-breakdowns/")
    old = await queried(store, {DAY: [row("1")]})
    new = await queried(store, {DAY: [row("2")]}, run="run-2", version=SECOND_DELIVERY)
    store.after.append(lambda: archive(store, new))

    await archive(store, old)

    newest = store.versions[KEY][-1].metadata
    assert (await record_of(store)).newest.sha256 == newest["sha256"]
    assert (await record_of(store)).newest.totals == (usd("2"),)


@in_loop
async def test_the_older_of_two_archivers_gives_way_when_both_write_at_once() -> None:
    store = RacingStore(prefix="ou-breakdowns/")
    old = await queried(store, {DAY: [row("1")]})
    new = await queried(store, {DAY: [row("2")]}, run="run-2", version=SECOND_DELIVERY)
    store.before.append(lambda: archive(store, new))

    said = await archive(store, old)

    assert [day.outcome for day in said.data.days] == ["superseded"]
    assert (await record_of(store)).newest.totals == (usd("2"),)


@in_loop
async def test_a_late_delivery_does_not_undo_a_day_that_a_newer_one_confirmed() -> None:
    store = MemoryStore()
    late = await queried(store, {DAY: [row("9")]}, run="late", version="20260318T00")
    await archive(store, await queried(store, {DAY: [row("1")]}, run="a", version="20260317T00"))
    await archive(store, await queried(store, {DAY: [row("1")]}, run="b", version="20260319T00"))

    said = await archive(store, late)

    assert [day.outcome for day in said.data.days] == ["superseded"]
    assert (await record_of(store)).newest.totals == (usd("1"),)


@in_loop
async def test_a_copy_of_an_older_message_does_not_undo_a_later_run_over_the_same_delivery() -> (
    None
):
    store = MemoryStore()
    first = await queried(store, {DAY: [row(OUPath="Root/A")]}, version=FIRST_DELIVERY)
    again = await queried(
        store, {DAY: [row(OUPath="Root/B")]}, run="run-2", version=f"{FIRST_DELIVERY}/asked-later"
    )
    await archive(store, first)
    await archive(store, again)

    await archive(store, first)

    assert list((await record_of(store)).newest.by_ou) == ["Root/B"]
    assert len(store.versions[KEY]) == 2


@in_loop
async def test_an_archiver_looks_again_until_no_newer_delivery_has_begun() -> None:
    """A second newer one comes while the first is made up for: looking once is not enough."""
    store = RacingStore(prefix="ledger/days/")
    old = await queried(store, {DAY: [row("1")]}, run="a", version="20260317T00")
    versions = {"20260318T00": "2", "20260319T00": "3"}
    newer = [
        await queried(store, {DAY: [row(cost)]}, run=f"run-{cost}", version=version)
        for version, cost in versions.items()
    ]
    ledger = Ledger(store)

    def begins(event: PeriodQueried) -> Callable[[], Awaitable[object]]:
        """Return what puts a newer delivery down as begun, by a worker that then dies."""
        data = event.data
        record = PeriodRecord(
            source_version=data.source_version, run=event.runid, staging=data.staging
        )
        return lambda: ledger.update(
            period_record_key(data.period), PeriodRecord, lambda _known: record
        )

    store.after += [begins(event) for event in newer]

    said = await archive(store, old)

    assert [day.outcome for day in said.data.days] == ["superseded"]
    assert (await record_of(store)).newest.totals == (usd("3"),)


@in_loop
async def test_a_newer_delivery_that_found_nothing_to_write_stands_all_the_same() -> None:
    """The newer run leaves the day as it is; the older one writes after that, and puts it right."""
    store = RacingStore(prefix="ou-breakdowns/")
    await archive(store, await queried(store, {DAY: [row("1")]}, run="a", version="20260317T00"))
    older = await queried(store, {DAY: [row("9")]}, run="b", version="20260318T00")
    newer = await queried(store, {DAY: [row("1")]}, run="c", version="20260319T00")
    store.before.append(lambda: archive(store, newer))

    said = await archive(store, older)

    assert [day.outcome for day in said.data.days] == ["superseded"]
    assert store.versions[KEY][-1].metadata["run"] == "c"
    assert (await record_of(store)).newest.totals == (usd("1"),)
    assert said.data.days[0].sha256 == store.versions[KEY][-1].metadata["sha256"]
