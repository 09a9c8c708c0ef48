"""What `daybook status` makes of the ledger, the staging area and the archive."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from daybook.operate.days import DayState, read_days, worst
from daybook.operate.documents import Documents
from daybook.operate.figures import is_restated
from daybook.operate.status_page import age
from shared.day_record import DayRecord, DayVersion
from shared.days import Period
from shared.digest_claim import Claim, ClaimState
from shared.ledger import Ledger
from shared.locations import digest_claim_key
from shared.memory import MemoryStore
from shared.money import Amounts
from tests.support.units.adopted import adopt
from tests.support.units.aio import in_loop
from tests.support.units.events import SECOND_DELIVERY, archive, assess, queried
from tests.support.units.rows import DAY, row

NOW = datetime(2026, 3, 19, 12, tzinfo=UTC)
MARCH = Period(2026, 3)
BEFORE = DAY - timedelta(days=1)


async def run_a_day(store: MemoryStore, cost: str, **asked: Any) -> None:
    days = {BEFORE: [row("1")], DAY: [row(cost)]}
    await assess(store, await archive(store, await queried(store, days, **asked)))


async def days_of(store: MemoryStore) -> dict[date, DayState]:
    return {day.day: day for day in await read_days(Documents(store), MARCH, NOW.date())}


@in_loop
async def test_every_day_that_is_over_is_there_and_missing_unless_it_is_archived() -> None:
    store = MemoryStore()
    await run_a_day(store, "5")

    days = await days_of(store)

    assert list(days) == [date(2026, 3, n) for n in range(1, 19)]
    assert {d for d, state in days.items() if state.status != "missing"} == {BEFORE, DAY}
    assert days[DAY].totals[0].amortized == Decimal(5)
    assert days[DAY].light is not None
    assert days[BEFORE].light is None


@in_loop
@pytest.mark.parametrize(
    ("scope", "status"),
    [
        ({"complete_through": DAY}, "complete"),
        ({"complete_through": BEFORE}, "partial"),
        ({"complete_through": DAY, "final": True}, "final"),
    ],
)
async def test_a_day_is_as_its_delivery_says(scope: dict[str, Any], status: str) -> None:
    store = MemoryStore()
    await run_a_day(store, "5", **scope)

    assert (await days_of(store))[DAY].status == status


@in_loop
async def test_a_day_with_another_version_is_restated_and_the_others_are_not() -> None:
    store = MemoryStore()
    await run_a_day(store, "5")
    await run_a_day(store, "6", run="run-2", version=SECOND_DELIVERY)

    days = await days_of(store)

    assert (days[DAY].restated, days[DAY].versions) == (True, 2)
    assert not days[BEFORE].restated
    assert days[DAY].totals[0].amortized == Decimal(6)


@in_loop
async def test_a_day_that_is_adopted_and_delivered_is_restated_when_its_figures_changed() -> None:
    """So it is after the ledger was lost: all of it is adopted, and delivered once more."""
    store = MemoryStore()
    await run_a_day(store, "5")
    for key in [key for key in store.versions if key.startswith("ledger/")]:
        del store.versions[key]
    await adopt(store)

    await run_a_day(store, "5", run="run-2")
    days = await days_of(store)
    assert [(days[day].restated, days[day].versions) for day in (BEFORE, DAY)] == [(False, 2)] * 2

    await run_a_day(store, "6", run="run-3", version=SECOND_DELIVERY)
    days = await days_of(store)
    assert [(days[day].restated, days[day].versions) for day in (BEFORE, DAY)] == [
        (False, 2),
        (True, 3),
    ]


def a_version(number: int, **by_ou: Amounts) -> DayVersion:
    return DayVersion(
        sha256=f"{number}" * 64,
        run=f"run-{number}",
        source_version=f"2026031{number}T060000.000000Z/a/1",
        archived_at=NOW,
        rows=1,
        totals=(),
        by_ou={ou: (amounts,) for ou, amounts in by_ou.items()},
    )


FIVE, SIX = (Amounts(currency="USD", unblended=Decimal(n), amortized=Decimal(n)) for n in (5, 6))
NET = FIVE.model_copy(update={"net_unblended": Decimal(4), "net_amortized": Decimal(4)})


@pytest.mark.parametrize(
    ("after", "restated"),
    [
        ([{"Prod": FIVE}], False),
        ([{"Prod": NET}], False),
        ([{"Prod": SIX}], True),
        ([{"Dev": FIVE}], True),
        ([{"Prod": FIVE.model_copy(update={"amortized": Decimal(6)})}], True),
        ([{"Prod": FIVE.model_copy(update={"currency": "EUR"})}], True),
        ([{"Prod": SIX}, {"Prod": FIVE}], True),
        ([{"Prod": NET}, {"Prod": NET.model_copy(update={"net_amortized": Decimal(3)})}], True),
    ],
)
def test_a_day_is_restated_when_what_an_ou_cost_has_changed(
    after: list[dict[str, Amounts]], restated: bool
) -> None:
    versions = [a_version(number, **costs) for number, costs in enumerate([{"Prod": FIVE}, *after])]

    assert is_restated(DayRecord(day=DAY, versions=tuple(versions))) is restated


@in_loop
async def test_a_days_own_digest_is_shown_with_its_state() -> None:
    store = MemoryStore()
    await run_a_day(store, "5")
    claim = Claim(state=ClaimState.UNKNOWN, run="run-1", owner="one", at=NOW)
    await Ledger(store).create(digest_claim_key(f"{DAY}-daily-abc"), claim)
    await Ledger(store).create(digest_claim_key(f"{BEFORE}-delayed-abc"), claim)

    days = await days_of(store)

    assert (days[DAY].digest, days[BEFORE].digest) == ("unknown", None)


def test_the_worst_light_counts() -> None:
    assert worst(["green", "red", "grey"]) == "red"
    assert worst([]) is None


@pytest.mark.parametrize(
    ("seconds", "words"), [(59, "0 min"), (3700, "1 h 1 min"), (200_000, "2 d 7 h")]
)
def test_an_age_is_told_in_its_largest_units(seconds: float, words: str) -> None:
    assert age(seconds) == words
