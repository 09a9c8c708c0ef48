"""What the forecaster found, as it is kept and read back: anomalies, and why cost changed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.report.findings import causes_of, to_cents, why
from shared.anomalies import Anomaly, anomalies_table
from shared.archive import read_anomalies, read_changes
from shared.errors import MismatchError
from shared.locations import anomalies_key, changes_key
from shared.memory import MemoryStore
from shared.money import exact_sum
from shared.parquet import sha256, to_parquet
from shared.why import Change, changes_table, within
from tests.support.units.aio import in_loop

DAY = date(2026, 3, 16)
SPIKE = Anomaly(
    id="a1",
    as_of=DAY,
    ou="Lab",
    ou_path="Root/Lab",
    service="Amazon Simple Storage Service",
    account="111111111111",
    account_name="lab",
    currency="USD",
    direction="up",
    state="open",
    since=date(2026, 3, 14),
    until=DAY,
    found_on=DAY,
    actual=Decimal("90.5"),
    expected=Decimal(30),
)
CHANGE = Change(
    as_of=DAY,
    span="day",
    ou="Lab",
    ou_path="Root/Lab",
    service="AWS Lambda",
    account="111111111111",
    account_name="lab",
    currency="USD",
    before=Decimal(10),
    after=Decimal(14),
    usage=Decimal(5),
    price=Decimal(-1),
)


async def keep(store: MemoryStore, key: str, body: bytes) -> None:
    await store.put(key, body, metadata={"sha256": sha256(body)})


@in_loop
async def test_anomalies_come_back_heaviest_first_and_the_quiet_ones_last() -> None:
    store = MemoryStore()
    quiet = replace(SPIKE, id="a2", state="planned", actual=Decimal(900), explanation="Migration")
    saved = replace(SPIKE, id="a3", direction="down", actual=Decimal(-50))
    await keep(store, anomalies_key(DAY), to_parquet(anomalies_table([quiet, SPIKE, saved])))

    assert await read_anomalies(store, DAY) == [saved, SPIKE, quiet]
    assert (saved.impact, saved.quiet, saved.is_new) == (Decimal(-80), False, True)


@in_loop
async def test_no_anomaly_is_another_answer_than_nobody_looked() -> None:
    store = MemoryStore()
    assert await read_anomalies(store, DAY) is None
    assert await read_changes(store, DAY) is None

    await keep(store, anomalies_key(DAY), to_parquet(anomalies_table([])))

    assert await read_anomalies(store, DAY) == []


@in_loop
async def test_bytes_that_nobody_wrote_are_not_believed() -> None:
    store = MemoryStore()
    await store.put(changes_key(DAY), b"forged", metadata={"sha256": "0" * 64})

    with pytest.raises(MismatchError, match="ou-changes"):
        await read_changes(store, DAY)


@in_loop
async def test_changes_come_back_and_add_up_over_a_subtree() -> None:
    store = MemoryStore()
    deep = replace(CHANGE, ou="Lab/A", ou_path="Root/Lab/A", account="2" * 12)
    other = replace(CHANGE, ou="Labs", ou_path="Root/Labs", account="3" * 12)
    await keep(store, changes_key(DAY), to_parquet(changes_table([other, deep, CHANGE])))

    found = await read_changes(store, DAY)

    assert found == [CHANGE, deep, other]
    assert within(found or [], "Root/Lab", "day") == [CHANGE, deep]
    assert within(found or [], "Root/Lab", "month") == []
    assert CHANGE.total == CHANGE.after - CHANGE.before


def test_an_account_that_moved_is_neither_new_nor_gone_above_both_ous() -> None:
    still = replace(CHANGE, usage=Decimal(0), price=Decimal(0))
    left = replace(still, after=Decimal(0), gone=Decimal(-10))
    came = replace(still, ou="New", ou_path="Root/New", before=Decimal(0), new=Decimal(14))

    (moved,) = within([left, came], "Root", "day")

    assert (moved.before, moved.after) == (Decimal(10), Decimal(14))
    assert (moved.new, moved.gone, moved.usage) == (Decimal(0), Decimal(0), Decimal(4))


def test_an_account_that_moved_within_the_month_is_neither_new_nor_gone_above_both_ous() -> None:
    still = replace(CHANGE, before=Decimal(310), after=Decimal(160), usage=Decimal(-150))
    left = replace(still, price=Decimal(0))
    came = replace(CHANGE, ou_path="Root/New", before=Decimal(0), after=Decimal(150))
    came = replace(came, new=Decimal(150), usage=Decimal(0), price=Decimal(0))

    (moved,) = within([left, came], "Root", "day")

    assert (moved.new, moved.usage, moved.total) == (Decimal(0), Decimal(0), Decimal(0))


def test_what_is_new_in_two_ous_is_new_above_both() -> None:
    came = replace(CHANGE, before=Decimal(0), new=Decimal(14), usage=Decimal(0), price=Decimal(0))

    (both,) = within([came, replace(came, ou_path="Root/New")], "Root", "day")

    assert (both.new, both.usage) == (Decimal(28), Decimal(0))


def test_the_causes_that_are_shown_add_up_to_the_total_that_is_shown() -> None:
    credit, price, usage = Decimal("-0.502"), Decimal("2.004"), Decimal("1.004")
    third = replace(CHANGE, after=Decimal("12.506"), usage=usage, price=price, credits=credit)

    told = why([third], "USD", "day")

    assert causes_of(third) == "usage +1.00, price +2.01, credits \N{MINUS SIGN}0.50"
    assert told is not None
    assert sum(amount for _, amount in told.causes) == told.total.quantize(Decimal("0.01"))


@given(st.lists(st.decimals(-100, 100, places=4), max_size=5))
def test_rounded_parts_add_up_to_their_rounded_total(amounts: list[Decimal]) -> None:
    found = to_cents((str(n), amount) for n, amount in enumerate(amounts))

    assert sum(amount for _, amount in found) == exact_sum(amounts).quantize(Decimal("0.01"))
