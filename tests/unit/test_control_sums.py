"""Control sums: the same for the same rows, and one figure that differs is found and named."""

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.control_sums import SUMS, digest, folded, require_equal, require_source, sums_of
from shared.errors import MismatchError
from shared.events import ControlSums
from shared.memory import MemoryStore
from shared.parquet import from_parquet, to_parquet
from tests.support.units.aio import in_loop
from tests.support.units.rows import Row, row, staged_table

NAMES = st.text(max_size=8).filter(lambda text: text.isprintable())
MONEY = st.decimals(min_value="-1e12", max_value="1e12", places=12, allow_nan=False)
ROWS = st.lists(
    st.builds(
        lambda account, service, kind, currency, cost, net: row(
            LinkedAccount=account,
            Service=service,
            ChargeType=kind,
            Currency=currency,
            UnblendedCost=cost,
            AmortizedCost=cost * 2,
            NetUnblendedCost=net,
            NetAmortizedCost=net,
        ),
        st.sampled_from(["1" * 12, "2" * 12]),
        NAMES,
        st.sampled_from(["Usage", "Credit"]),
        st.sampled_from(["USD", "NOK"]),
        MONEY,
        st.none() | MONEY,
    ),
    min_size=1,
    max_size=8,
)
FIGURES = [name for name in SUMS.names if name.endswith("Cost")]


@given(ROWS)
def test_the_order_of_rows_and_a_parquet_file_make_no_difference(rows: list[Row]) -> None:
    forth, back = sums_of(staged_table(*rows)), sums_of(staged_table(*reversed(rows)))

    require_equal(forth, back, "here")
    assert digest(forth) == digest(back) == digest(from_parquet(to_parquet(back)))


@given(ROWS)
def test_days_add_up_to_what_their_rows_do(rows: list[Row]) -> None:
    days = [sums_of(staged_table(each)) for each in rows]

    require_equal(sums_of(staged_table(*rows)), folded(days), "the month")


@settings(max_examples=50)
@given(ROWS, st.data())
def test_any_figure_that_is_off_by_the_least_is_named_with_both_values(
    rows: list[Row], data: st.DataObject
) -> None:
    source = sums_of(staged_table(*rows))
    place = data.draw(st.integers(0, source.num_rows - 1))
    figure = data.draw(st.sampled_from(FIGURES))
    other = source.to_pylist()
    was = other[place][figure]
    other[place][figure] = (was or Decimal(0)) + Decimal("0.000000000001")
    found = pa.Table.from_pylist(other, SUMS)

    assert digest(found) != digest(source)
    with pytest.raises(MismatchError) as caught:
        require_equal(source, found, "the archive of 2026-03-16")
    said = str(caught.value)
    account, service = other[place]["LinkedAccount"], other[place]["Service"]
    assert said.startswith(f"the archive of 2026-03-16: account {account}, {service}, ")
    assert f"{figure} is " in said


def test_what_is_missing_and_what_is_too_much_is_named_and_the_rest_counted() -> None:
    source = sums_of(staged_table(row("1", Service="A"), row("2", Service="B")))
    found = sums_of(staged_table(row("1", Service="C"), row("2", Service="B")))

    with pytest.raises(MismatchError) as caught:
        require_equal(source, found, "here")

    # Rows, unblended and amortized cost of A that is missing, and of C that is too much.
    assert str(caught.value) == (
        "here: account 111111111111, A, Usage, USD: Rows is not there, and 1 in the export; "
        "and 9 more differences"
    )


def test_a_row_that_costs_nothing_is_missed_all_the_same() -> None:
    source = sums_of(staged_table(row("0"), row("0", Service="Free")))

    with pytest.raises(MismatchError, match="Free, Usage, USD: Rows is not there, and 1"):
        require_equal(source, sums_of(staged_table(row("0"))), "here")


@in_loop
async def test_a_digest_that_differs_is_explained_by_the_sums_that_are_kept() -> None:
    store = MemoryStore()
    source = sums_of(staged_table(row("1")))
    await store.put("sums", to_parquet(source))
    said = ControlSums(key="sums", digest=digest(source))

    await require_source(store, said, source, "here")
    with pytest.raises(MismatchError, match=r"UnblendedCost is 2, and 1 in the export"):
        await require_source(store, said, sums_of(staged_table(row("2"))), "here")


@pytest.mark.parametrize("kept", [None, row("3")])
@in_loop
async def test_sums_that_are_gone_or_others_do_not_make_it_equal(kept: Row | None) -> None:
    store = MemoryStore()
    if kept:
        await store.put("sums", to_parquet(sums_of(staged_table(kept))))
    said = ControlSums(key="sums", digest=digest(sums_of(staged_table(row("1")))))

    with pytest.raises(MismatchError, match="here: not what the export adds up to, and sums is"):
        await require_source(store, said, sums_of(staged_table(row("2"))), "here")
