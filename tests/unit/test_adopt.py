"""An archive that was there before Daybook is taken into the ledger as it lies."""

from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest

from daybook.attribution import Tree
from daybook.report import Asked, report
from shared.adopted import CONTRACT
from shared.archive import read_earlier_day
from shared.day_record import PeriodRecord
from shared.days import Period, days_between
from shared.errors import InputError, MismatchError
from shared.ledger import Ledger
from shared.locations import breakdown_key, period_record_key
from shared.memory import MemoryStore
from tests.support.units.adopted import (
    adopt,
    adoption,
    exported,
    five,
    old_archive,
    old_day,
    old_key,
    record,
)
from tests.support.units.aio import in_loop
from tests.support.units.catalogs import FakePartitions
from tests.support.units.events import SECOND_DELIVERY, archive, assess, queried
from tests.support.units.notifier import Notifier, hear, last_text
from tests.support.units.rows import DAY, row, usd

FIRST, LAST = date(2026, 2, 27), date(2026, 3, 14)
DAYS = list(days_between(FIRST, LAST))


@in_loop
async def test_each_day_is_recorded_with_its_exact_total_and_no_object_is_written() -> None:
    store = MemoryStore()
    await old_archive(store, DAYS)

    partitions = await adopt(store)

    version = (await record(store, LAST)).newest
    assert (version.source, version.rows, version.run) == ("adopted", 2, "adopted")
    assert version.totals == (usd("1.6", currency="EUR"),)
    assert set(version.by_ou) == {"Root/Workloads/Prod", "Unmapped"}
    assert all(len(store.versions[old_key(day)]) == 1 for day in DAYS)
    assert partitions.asked == [("ou_breakdown", DAYS)]
    months = [await Ledger(store).read(period_record_key(p), PeriodRecord) for p in MONTHS]
    assert [m.doc.complete_through for m in months if m] == [date(2026, 2, 28), LAST]


MONTHS = (Period(2026, 2), Period(2026, 3))


@in_loop
async def test_a_plan_writes_nothing() -> None:
    store = MemoryStore()
    await old_archive(store, DAYS)

    plan = await adoption(store).plan()

    assert list(plan.days) == DAYS
    assert plan.totals == (usd("25.6", currency="EUR"),)
    assert all(key.startswith("ou-breakdowns/") for key in store.versions)


@in_loop
async def test_whoever_was_interrupted_goes_on_and_tells_how_far_it_is() -> None:
    store, told = MemoryStore(), list[str]()
    await old_archive(store, DAYS[:3])
    await adopt(store)
    await old_archive(store, DAYS[3:])
    work, partitions = adoption(store, told), FakePartitions()

    plan = await work.plan()
    await work.carry_out(plan, partitions)

    assert (len(plan.days), plan.known) == (len(DAYS) - 3, tuple(DAYS[:3]))
    assert partitions.asked == [("ou_breakdown", DAYS)]
    assert told[0] == "16 days are archived, 13 of them not in the ledger"
    assert "recorded 13 of 13 days" in told


@in_loop
async def test_outlooks_that_are_there_get_their_partitions_again() -> None:
    """So that a lost catalog is whole again without a scan."""
    store = MemoryStore()
    await old_archive(store, DAYS)
    await adopt(store)
    await assess(store, await archive(store, await queried(store, {DAY: [row("2")]})))

    partitions = await adopt(store)

    assert partitions.asked == [("ou_breakdown", [*DAYS, DAY]), ("ou_outlook", [DAY])]


WRONG: dict[str, tuple[str, bytes, str]] = {
    "no parquet": (old_key(LAST), b"a,b\n1,2\n", "is not Parquet"),
    "a column is missing": (
        old_key(LAST),
        old_day(LAST, five(), schema=CONTRACT.remove(3)),
        "LinkedAccount: lacks the column",
    ),
    "a column of another type": (
        old_key(LAST),
        old_day(LAST, five(2), schema=CONTRACT.set(4, pa.field("DailyCost", pa.int64()))),
        "DailyCost: is int64, not double",
    ),
    "an empty value": (old_key(LAST), old_day(LAST, five(OU=None)), "OU: has empty values"),
    "no number": (old_key(LAST), old_day(LAST, five(), five(float("nan"))), "is nan in row 2"),
    "no room": (old_key(LAST), old_day(LAST, five(1e30)), "is 1e+30 in row 1"),
    "another day": (
        old_key(LAST),
        old_day(LAST - timedelta(days=1)),
        "BillingDate: holds 2026-03-13, and lies in the place of 2026-03-14",
    ),
    "leading zeros": (
        "ou-breakdowns/year=2026/month=03/day=14/data.parquet",
        old_day(LAST),
        "lies in the place of no day",
    ),
    "no such day": (
        "ou-breakdowns/year=2026/month=2/day=30/data.parquet",
        old_day(LAST),
        "lies in the place of no day",
    ),
    "two objects": (old_key(LAST, "other.parquet"), old_day(LAST), "is a second object"),
}


@pytest.mark.parametrize("what", WRONG)
@in_loop
async def test_a_wrong_object_is_named_with_its_remedy_and_nothing_is_written(what: str) -> None:
    key, body, problem = WRONG[what]
    store = MemoryStore(bucket="archive")
    await old_archive(store, DAYS)
    await store.put(key, body)

    with pytest.raises(InputError) as told:
        await adopt(store)

    assert str(told.value).startswith("s3://archive/ou-breakdowns/")
    assert problem in str(told.value)
    assert not any(key.startswith("ledger/") for key in store.versions)


@in_loop
async def test_an_adopted_day_is_read_with_every_column() -> None:
    store = MemoryStore()
    await old_archive(store, DAYS)
    await adopt(store)

    found = await read_earlier_day(store, LAST)

    assert found
    (first, second) = found.rows.to_pylist()
    assert (first["Currency"], first["ChargeType"], first["OUPath"]) == (
        "EUR",
        "Usage",
        "Root/Workloads/Prod",
    )
    assert second["UnblendedCost"] == second["AmortizedCost"] == Decimal("0.1")
    assert second["NetAmortizedCost"] is None


@in_loop
async def test_an_adopted_day_that_was_altered_is_not_believed() -> None:
    store = MemoryStore()
    await old_archive(store, DAYS)
    await adopt(store)
    await store.put(old_key(LAST), old_day(LAST, five(99.0)))

    with pytest.raises(MismatchError, match="does not match its checksum"):
        await read_earlier_day(store, LAST)


@in_loop
async def test_a_day_that_nobody_adopted_is_not_believed_either() -> None:
    store = MemoryStore()
    await old_archive(store, DAYS)

    with pytest.raises(MismatchError):
        await read_earlier_day(store, LAST)


@in_loop
async def test_a_month_that_was_adopted_is_reported() -> None:
    store = MemoryStore()
    await old_archive(store, DAYS)
    await adopt(store)

    told = await report(store, Asked(Period(2026, 3), Tree.AS_WAS, "amortized"), LAST)

    assert told.last_day == LAST
    assert {line.currency for line in told.lines} == {"EUR"}
    assert max(line.amount for line in told.lines) == Decimal(21)


@in_loop
async def test_days_that_the_export_does_not_reach_stand_and_are_in_the_month() -> None:
    """The first month of an export begins in its middle: what was adopted before is not emptied."""
    notifier = Notifier()
    await old_archive(notifier.store, DAYS)
    await adopt(notifier.store)

    await hear(notifier, exported(date(2026, 3, 13)))

    kept = await record(notifier.store, date(2026, 3, 12))
    replaced = await record(notifier.store, LAST)
    assert [version.source for version in kept.versions] == ["adopted"]
    assert [version.source for version in replaced.versions] == ["adopted", "export"]
    # Twelve days of 1.60 that were adopted, and four of 2.00.
    assert "27.20 EUR" in last_text(notifier)


@in_loop
async def test_a_day_that_the_export_has_is_written_under_the_name_it_had() -> None:
    """Two objects in a day's place would count twice."""
    store = MemoryStore()
    await old_archive(store, DAYS)
    await adopt(store)

    said = await archive(store, await queried(store, exported(date(2026, 3, 1), LAST)))
    again = await queried(
        store, exported(date(2026, 3, 1), LAST), run="run-2", version=SECOND_DELIVERY
    )
    unchanged = await archive(store, again)

    assert {day.outcome for day in said.data.days} == {"restated"}
    assert {day.outcome for day in unchanged.data.days} == {"unchanged"}
    assert breakdown_key(LAST) not in store.versions
    found = await read_earlier_day(store, LAST)
    assert found
    assert found.sha256 == (await record(store, LAST)).newest.sha256
