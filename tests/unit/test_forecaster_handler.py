"""The forecaster's handler: the outlook of the run's days, from what the archive says."""

from datetime import date
from decimal import Decimal

import pytest

from services.forecaster.assess import Rules
from services.forecaster.handler import AssessPeriod
from shared.config_outlook import Budget, Lights
from shared.errors import MismatchError, Reject, Retry
from shared.events import AssessedData
from shared.locations import breakdown_key, outlook_key
from shared.memory import MemoryStore
from shared.outlook import Outlook, outlook_rows
from shared.parquet import from_parquet, sha256
from tests.support.units.aio import in_loop
from tests.support.units.events import SECOND_DELIVERY, archive, assess, queried, tick
from tests.support.units.leases import new_lease
from tests.support.units.rows import DAY, row

DAY_BEFORE = date(2026, 3, 15)
ROOT_BUDGET = Budget.model_validate({"ou": "Root", "monthly": "100", "from": date(2026, 1, 1)})


def outlook_of(store: MemoryStore, day: date = DAY) -> dict[str, Outlook]:
    rows = outlook_rows(from_parquet(store.versions[outlook_key(day)][-1].body))
    return {outlook.ou_path: outlook for outlook in rows}


def outcomes(data: AssessedData) -> list[tuple[date, str]]:
    return [(outlook.day, outlook.outcome) for outlook in data.outlooks]


@in_loop
async def test_month_to_date_adds_the_archived_days_up_to_the_day() -> None:
    store = MemoryStore()
    event = await archive(store, await queried(store, {DAY_BEFORE: [row("1")], DAY: [row("2")]}))

    await assess(store, event)

    assert outlook_of(store)["Root"].month_to_date == Decimal(3)


@in_loop
async def test_every_day_that_was_asked_for_gets_its_own_outlook() -> None:
    store = MemoryStore()
    days = {DAY_BEFORE: [row("1")], DAY: [row("2")]}
    event = await archive(store, await queried(store, days, first_day=DAY_BEFORE))

    said = await assess(store, event)

    assert outcomes(said.data) == [(DAY_BEFORE, "changed"), (DAY, "changed")]
    assert outlook_of(store, DAY_BEFORE)["Root"].month_to_date == Decimal(1)


@in_loop
async def test_the_event_carries_the_checksum_of_what_was_written() -> None:
    store = MemoryStore()

    said = await assess(store, await archive(store, await queried(store, {DAY: [row()]})))

    (outlook,) = said.data.outlooks
    assert outlook.sha256 == sha256(store.versions[outlook_key(DAY)][-1].body)
    assert outlook.uri == f"s3://memory/{outlook_key(DAY)}"


@in_loop
async def test_a_replay_of_the_same_run_says_the_same_and_writes_nothing() -> None:
    store = MemoryStore()
    event = await archive(store, await queried(store, {DAY: [row()]}))
    first = await assess(store, event)

    second = await assess(store, event)

    assert (second.id, second.data) == (first.id, first.data)
    assert len(store.versions[outlook_key(DAY)]) == 1


@in_loop
async def test_a_newer_delivery_that_leaves_a_day_as_it_was_can_be_assessed() -> None:
    store = MemoryStore()
    days = {DAY_BEFORE: [row("1")], DAY: [row("2")]}
    await assess(store, await archive(store, await queried(store, days)))
    later = await queried(store, days | {DAY: [row("3")]}, run="run-2", version=SECOND_DELIVERY)

    said = await assess(store, await archive(store, later))

    assert outcomes(said.data) == [(DAY, "changed")]
    assert outlook_of(store)["Root"].month_to_date == Decimal(4)


@in_loop
async def test_another_run_without_any_change_leaves_the_outlook_alone() -> None:
    store = MemoryStore()
    await assess(store, await archive(store, await queried(store, {DAY: [row()]})))
    again = await archive(store, await queried(store, {DAY: [row()]}, run="run-2"))

    said = await assess(store, again)

    assert outcomes(said.data) == [(DAY, "unchanged")]
    assert not said.data.changed


@in_loop
async def test_a_day_that_is_not_fully_delivered_gets_no_light() -> None:
    store = MemoryStore()
    staged = await queried(store, {DAY: [row()]}, complete_through=DAY_BEFORE)

    await assess(store, await archive(store, staged), (ROOT_BUDGET,))

    assert {outlook.light for outlook in outlook_of(store).values()} == {"grey"}
    assert {outlook.month_end_estimate for outlook in outlook_of(store).values()} == {None}


@in_loop
async def test_a_complete_day_is_judged_against_its_budget() -> None:
    store = MemoryStore()
    staged = await queried(store, {DAY: [row("101")]}, complete_through=DAY)

    await assess(store, await archive(store, staged), (ROOT_BUDGET,))

    assert outlook_of(store)["Root"].light == "red"


@in_loop
async def test_the_metric_decides_what_counts() -> None:
    store = MemoryStore()
    event = await archive(store, await queried(store, {DAY: [row(UnblendedCost=Decimal(7))]}))

    await AssessPeriod(store, "unblended", Rules((), Lights()))(event, new_lease())

    assert outlook_of(store)["Root"].month_to_date == Decimal(7)


@in_loop
async def test_a_day_that_is_not_archived_yet_is_waited_for() -> None:
    store = MemoryStore()
    event = await archive(store, await queried(store, {DAY: [row()]}))
    del store.versions[breakdown_key(DAY)]

    with pytest.raises(Retry) as retry:
        await assess(store, event)

    assert retry.value.after == 60


@in_loop
async def test_bytes_that_do_not_match_their_checksum_are_not_believed() -> None:
    store = MemoryStore()
    event = await archive(store, await queried(store, {DAY: [row()]}))
    key = breakdown_key(DAY)
    await store.put(key, b"rotten", metadata=store.versions[key][-1].metadata)

    with pytest.raises(MismatchError, match=key):
        await assess(store, event)


@in_loop
async def test_an_event_of_another_kind_is_rejected() -> None:
    with pytest.raises(Reject, match="day-ready"):
        await AssessPeriod(MemoryStore(), "amortized", Rules((), Lights()))(tick(), new_lease())
