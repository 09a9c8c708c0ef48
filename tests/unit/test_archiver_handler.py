"""The archiver's handler: what is new or changed is written, and nothing else."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest

from services.archiver.handler import ArchivePeriod
from shared.breakdown import ARCHIVED
from shared.day_record import DayRecord
from shared.errors import MismatchError, Reject
from shared.events import ArchivedData, PeriodQueried
from shared.ledger import Ledger
from shared.locations import breakdown_key, day_record_key
from shared.memory import MemoryStore
from shared.parquet import from_parquet
from tests.support.units.aio import in_loop
from tests.support.units.events import SECOND_DELIVERY, archive, queried, tick
from tests.support.units.leases import new_lease
from tests.support.units.rows import DAY, row, usd
from tests.support.units.stores import CrashingStore

KEY = breakdown_key(DAY)
OTHER_DAY = date(2026, 3, 15)


def outcomes(data: ArchivedData) -> Mapping[date, str]:
    return {day.day: day.outcome for day in data.days}


async def record_of(store: MemoryStore, day: date = DAY) -> DayRecord:
    entry = await Ledger(store).read(day_record_key(day), DayRecord)
    assert entry
    return entry.doc


@in_loop
async def test_a_day_that_was_never_archived_is_new() -> None:
    store = MemoryStore()

    said = await archive(store, await queried(store, {DAY: [row("1.5"), row("2", OU="X")]}))

    assert outcomes(said.data) == {DAY: "new"}
    assert from_parquet(store.versions[KEY][-1].body)["DailyCost"].to_pylist() == [1.5, 2.0]
    record = await record_of(store)
    assert record.newest.totals == (usd("3.5"),)
    assert record.newest.sha256 == said.data.days[0].sha256


@in_loop
async def test_the_object_tells_its_checksum_rows_run_and_source() -> None:
    store = MemoryStore()

    said = await archive(store, await queried(store, {DAY: [row()]}))

    assert store.versions[KEY][-1].metadata == {
        "sha256": said.data.days[0].sha256,
        "run": "run-1",
        "rows": "1",
        "source-version": said.data.source_version,
    }


@in_loop
async def test_the_event_is_passed_on_with_everything_but_the_staging() -> None:
    store = MemoryStore()
    event = await queried(store, {DAY: [row()]}, notify=False, replay=True)

    said = await archive(store, event)

    kept = event.data.model_dump(exclude={"staging", "bytes_scanned"})
    assert said.data.model_dump(exclude={"bucket", "days", "compared"}) == kept
    assert (said.runid, said.causeid) == (event.runid, event.id)


@in_loop
async def test_a_day_that_did_not_change_is_not_written_again() -> None:
    store = MemoryStore()
    await archive(store, await queried(store, {DAY: [row()]}))

    again = await queried(store, {DAY: [row()]}, run="run-2", version=SECOND_DELIVERY)
    said = await archive(store, again)

    assert outcomes(said.data) == {DAY: "unchanged"}
    assert len(store.versions[KEY]) == 1
    assert len((await record_of(store)).versions) == 1


@in_loop
async def test_a_day_that_changed_is_restated_and_both_versions_are_remembered() -> None:
    store = MemoryStore()
    await archive(store, await queried(store, {DAY: [row("1")]}))

    later = await queried(store, {DAY: [row("2")]}, run="run-2", version=SECOND_DELIVERY)
    said = await archive(store, later)

    assert outcomes(said.data) == {DAY: "restated"}
    versions = (await record_of(store)).versions
    assert [version.totals for version in versions] == [(usd("1"),), (usd("2"),)]


@in_loop
async def test_a_day_that_changes_back_is_restated_again() -> None:
    store = MemoryStore()
    for number, cost in enumerate(["1", "2", "1"]):
        event = await queried(
            store, {DAY: [row(cost)]}, run=f"run-{number}", version=f"2026032{number}"
        )
        said = await archive(store, event)

    assert outcomes(said.data) == {DAY: "restated"}
    assert len((await record_of(store)).versions) == 3


@in_loop
async def test_an_older_delivery_gives_way_to_a_newer_one() -> None:
    store = MemoryStore()
    old = await queried(store, {DAY: [row("1")]})
    new = await queried(store, {DAY: [row("2")]}, run="run-2", version=SECOND_DELIVERY)
    await archive(store, new)

    said = await archive(store, old)

    assert outcomes(said.data) == {DAY: "superseded"}
    assert (await record_of(store)).newest.totals == (usd("2"),)
    assert len(store.versions[KEY]) == 1


@in_loop
async def test_a_replay_of_the_same_run_says_the_same_and_writes_nothing() -> None:
    store = MemoryStore()
    await archive(store, await queried(store, {DAY: [row("1")]}))
    event = await queried(store, {DAY: [row("2")]}, run="run-2", version=SECOND_DELIVERY)
    first = await archive(store, event)

    second = await archive(store, event)

    assert second.data == first.data
    assert second.id == first.id
    assert outcomes(second.data) == {DAY: "restated"}
    assert len(store.versions[KEY]) == 2


@pytest.mark.parametrize("crash_at", ["ou-breakdowns/", "ledger/"])
@in_loop
async def test_a_crash_heals_when_the_message_comes_back(crash_at: str) -> None:
    store = CrashingStore(prefix=crash_at)
    event = await queried(store, {DAY: [row("1")]})
    with pytest.raises(OSError, match="died"):
        await archive(store, event)

    said = await archive(store, event)

    assert outcomes(said.data) == {DAY: "new"}
    assert len(store.versions[KEY]) == 1
    assert (await record_of(store)).newest.sha256 == said.data.days[0].sha256


@in_loop
async def test_a_restatement_that_crashed_before_its_record_is_still_a_restatement() -> None:
    store = CrashingStore(prefix="ledger/", crashes=0)
    await archive(store, await queried(store, {DAY: [row("1")]}))
    event = await queried(store, {DAY: [row("2")]}, run="run-2", version=SECOND_DELIVERY)
    store.crashes = 1
    with pytest.raises(OSError, match="died"):
        await archive(store, event)

    said = await archive(store, event)

    assert outcomes(said.data) == {DAY: "restated"}
    assert len((await record_of(store)).versions) == 2


@in_loop
async def test_a_day_that_vanished_from_the_export_becomes_an_empty_object() -> None:
    store = MemoryStore()
    await archive(store, await queried(store, {OTHER_DAY: [row()], DAY: [row()]}))

    later = await queried(store, {DAY: [row()]}, run="run-2", version=SECOND_DELIVERY)
    said = await archive(store, later)

    assert outcomes(said.data) == {OTHER_DAY: "restated", DAY: "unchanged"}
    assert (await record_of(store, OTHER_DAY)).newest.rows == 0
    assert from_parquet(store.versions[breakdown_key(OTHER_DAY)][-1].body).num_rows == 0


@in_loop
async def test_an_empty_day_has_no_rows_but_the_whole_schema() -> None:
    store = MemoryStore()

    await archive(store, await queried(store, {OTHER_DAY: [], DAY: [row()]}))

    table = from_parquet(store.versions[breakdown_key(OTHER_DAY)][-1].body)
    assert table.num_rows == 0
    assert table.schema.names == ARCHIVED.names
    assert table.schema.types == ARCHIVED.types


@in_loop
async def test_a_staged_list_that_is_gone_is_rejected() -> None:
    event = await queried(MemoryStore(), {DAY: [row()]})

    with pytest.raises(Reject, match="ask for a backfill"):
        await archive(MemoryStore(), event)


@in_loop
async def test_a_staged_object_that_is_gone_is_rejected() -> None:
    store = MemoryStore()
    event = await queried(store, {DAY: [row()]})
    del store.versions[next(key for key in store.versions if "part-00000" in key)]

    with pytest.raises(Reject, match="ask for a backfill"):
        await archive(store, event)

    assert KEY not in store.versions


@in_loop
async def test_a_staged_list_that_is_not_what_the_event_says_is_refused() -> None:
    store = MemoryStore()
    event = await queried(store, {DAY: [row()]})
    wrong = event.data.staging.model_copy(update={"sha256": "0" * 64})
    event = event.model_copy(update={"data": event.data.model_copy(update={"staging": wrong})})

    with pytest.raises(MismatchError, match=r"manifest\.json"):
        await archive(store, event)


@pytest.mark.parametrize("off", ["0.01", "0.0000000001", "0.000000000001"])
@in_loop
async def test_rows_that_do_not_add_up_to_what_was_staged_are_not_archived(off: str) -> None:
    store = MemoryStore()
    event = await queried(store, {DAY: [row("1")]})
    await _restage(store, event, str(Decimal(1) + Decimal(off)))

    with pytest.raises(MismatchError, match="2026-03-16"):
        await archive(store, event)

    assert KEY not in store.versions


async def _restage(store: MemoryStore, event: PeriodQueried, cost: str) -> None:
    """Put other rows where the staged list says that rows are."""
    other = MemoryStore()
    await queried(other, {DAY: [row(cost)]}, run=event.runid)
    key = next(key for key in store.versions if "part-00000" in key)
    store.versions[key] = other.versions[key]


@in_loop
async def test_an_event_of_another_kind_is_rejected() -> None:
    with pytest.raises(Reject, match="day-ready"):
        await ArchivePeriod(MemoryStore(), "amortized")(tick(), new_lease())


@in_loop
async def test_the_metric_decides_what_daily_cost_shows() -> None:
    store = MemoryStore()
    event = await queried(store, {DAY: [row(UnblendedCost=Decimal(7))]})

    await ArchivePeriod(store, "unblended")(event, new_lease())

    assert from_parquet(store.versions[KEY][-1].body)["DailyCost"].to_pylist() == [7.0]
