"""Whatever is on a bill, and however it is spelled, its figures keep their identities."""

from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.query.engine import Control
from services.query.sources import CUR2
from shared.breakdown import amounts_of, archive_table
from tests.support.units.bills import KINDS, Bill, Item, Key
from tests.support.units.breakdowns import break_down
from tests.support.units.exports import TYPES, Line, legacy, parquet
from tests.support.units.focus import focus_text
from tests.support.units.identities import others_of

ITEMS = st.builds(
    Item,
    kind=st.sampled_from(KINDS),
    account=st.sampled_from(["111111111111", "222222222222", "333333333333"]),
    day=st.integers(1, 31),
    currency=st.sampled_from(["USD", "NOK"]),
    amount=st.decimals(0, 10**7, places=10),
    share=st.decimals(0, 1, places=2),
)
BILLS = st.lists(ITEMS, min_size=1, max_size=40).map(lambda items: Bill().add(items))
EVERYTHING = Bill().add(
    [
        Item(kind, f"{n % 3 + 1}" * 12, n % 31 + 1, ("USD", "NOK")[n % 2], Decimal(n + 1), share)
        for n, (kind, share) in enumerate(
            (kind, share) for share in (Decimal("0.25"), Decimal(1)) for kind in KINDS
        )
    ]
)

pytestmark = pytest.mark.usefixtures("each_engine")
CREDITS = ("Credit", "Refund")
UNSTATED = "legacy without used commitments"
USED = "savings_plan_used_commitment"
DOUBLES = Decimal("0.000001")
"""What a cell of forty plans that are shared out in double precision may be off by."""
some = settings(max_examples=25)


def spelled(bill: Bill, as_what: str) -> list[bytes]:
    """Write a bill in two files with different columns, as a month's schema change leaves them."""
    if as_what == "focus":
        return [focus_text(bill.charges)]
    lines = bill.lines
    if as_what == UNSTATED:
        lines = [item | {USED: None} for item in lines]
    half = len(lines) // 2 + 1
    halves = [part for part in (lines[:half], lines[half:]) if part]
    if as_what in ("legacy", UNSTATED):
        return [legacy(part) for part in halves]
    return [parquet(part, without=empty_in(part)) for part in halves]


def empty_in(lines: list[Line]) -> list[str]:
    optional = [name for name in TYPES if name not in CUR2.required]
    return [name for name in optional if all(item[name] is None for item in lines)]


def read(
    folder: Path, bill: Bill, as_what: str
) -> tuple[Control, list[dict[str, Any]], dict[Key, list[Decimal]]]:
    source = "legacy" if as_what == UNSTATED else as_what
    control, rows = break_down(folder, *spelled(bill, as_what), source=source)
    found: dict[Key, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 4)
    for row in rows:
        where = (row["BillingDate"], row["LinkedAccount"], row["Service"])
        key = (*where, row["ChargeType"], row["Currency"])
        names = ("UnblendedCost", "AmortizedCost", "NetUnblendedCost", "NetAmortizedCost")
        found[key] = [a + (row[name] or 0) for a, name in zip(found[key], names, strict=True)]
    return control, rows, dict(found)


def check_every_figure(folder: Path, bill: Bill, as_what: str) -> None:
    control, rows, found = read(folder, bill, as_what)

    figures = 4 if bill.net else 2
    assert {key: row[:figures] for key, row in found.items()} == {
        key: row[:figures] for key, row in bill.expected.items()
    }
    assert {part.currency: part.unblended for part in control.totals} == bill.totals(0)
    assert {part.currency: part.amortized for part in control.totals} == bill.totals(1)
    assert (control.lines, sum(control.unknown_types.values())) == (len(bill.lines), bill.unknown)
    assert_archive_is(control, rows)


def assert_archive_is(control: Control, rows: list[dict[str, Any]]) -> None:
    table = archive_table(pa.Table.from_pylist(rows), "amortized")

    assert amounts_of(table) == control.totals


@pytest.mark.parametrize("as_what", ["cur2", "legacy"])
def test_every_kind_of_charge_is_what_it_should_be(as_what: str, tmp_path: Path) -> None:
    assert EVERYTHING.net

    check_every_figure(tmp_path, EVERYTHING, as_what)


@pytest.mark.parametrize("as_what", ["cur2", "legacy"])
@some
@given(bill=BILLS)
def test_every_figure_of_any_bill_is_what_it_should_be(
    as_what: str, tmp_path_factory: pytest.TempPathFactory, bill: Bill
) -> None:
    check_every_figure(tmp_path_factory.mktemp("bill"), bill, as_what)


def check_worked_out(folder: Path, bill: Bill) -> None:
    """Check the figures of a bill whose used commitments are worked out from its usage."""
    control, rows, found = read(folder, bill, UNSTATED)

    assert found.keys() == bill.expected.keys()
    for key, (unblended, amortized, *_) in found.items():
        assert unblended == bill.expected[key][0]
        assert abs(amortized - bill.expected[key][1]) <= DOUBLES
    assert_archive_is(control, rows)


def test_what_a_plans_pods_repeat_is_no_part_of_what_the_plan_paid(tmp_path: Path) -> None:
    check_worked_out(tmp_path, EVERYTHING)


@some
@given(bill=BILLS)
def test_a_used_commitment_that_no_line_states_is_worked_out_for_any_bill(
    tmp_path_factory: pytest.TempPathFactory, bill: Bill
) -> None:
    check_worked_out(tmp_path_factory.mktemp("bill"), bill)


@some
@given(bill=BILLS)
def test_focus_gives_the_cells_of_the_same_bill(
    tmp_path_factory: pytest.TempPathFactory, bill: Bill
) -> None:
    control, rows, found = read(tmp_path_factory.mktemp("bill"), bill, "focus")

    cells: dict[Key, tuple[Decimal, Decimal]] = {}
    for (day, account, service, _, currency), figures in found.items():
        key = (day, account, service, "", currency)
        known = cells.get(key, (Decimal(0), Decimal(0)))
        cells[key] = (known[0] + figures[0], known[1] + figures[1])
    assert cells == bill.cells()
    assert_archive_is(control, rows)


@some
@given(bill=BILLS)
def test_unblended_is_amortized_with_true_up_upfront_fees_and_their_refunds(
    tmp_path_factory: pytest.TempPathFactory, bill: Bill
) -> None:
    """WA Labs' identity, per billing period and currency; the refunds are its fourth term."""
    control, _, _ = read(tmp_path_factory.mktemp("bill"), bill, "cur2")

    for part in control.totals:
        lines = [line for line in bill.lines if line["line_item_currency_code"] == part.currency]
        assert part.unblended == part.amortized + others_of(lines)


@some
@given(bill=BILLS)
def test_gross_credits_and_net_follow_from_the_charge_type(
    tmp_path_factory: pytest.TempPathFactory, bill: Bill
) -> None:
    control, rows, _ = read(tmp_path_factory.mktemp("bill"), bill, "cur2")

    for part in control.totals:
        mine = [row for row in rows if row["Currency"] == part.currency]
        credits_ = sum(row["UnblendedCost"] for row in mine if row["ChargeType"] in CREDITS)
        gross = sum(row["UnblendedCost"] for row in mine if row["ChargeType"] not in CREDITS)
        given_back = [
            line["line_item_unblended_cost"]
            for line in bill.lines
            if line["line_item_line_item_type"] in CREDITS
            and line["line_item_currency_code"] == part.currency
        ]
        assert credits_ == sum(given_back)
        assert gross + credits_ == part.unblended


def test_a_month_of_nothing_but_credits_is_negative(tmp_path: Path) -> None:
    bill = Bill().add([Item("Credit", "1" * 12, 3, "USD", Decimal("99.5"), Decimal(1))])

    control, (row,), _ = read(tmp_path, bill, "legacy")

    assert control.totals[0].amortized == row["AmortizedCost"] == Decimal("-99.5")
