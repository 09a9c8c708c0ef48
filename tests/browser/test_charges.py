"""Gross, discounts, credits and refunds are the digest's: what is not there is not 0.00."""

from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from playwright.sync_api import Page

from services.notifier.dashboard.page import page as html_of
from services.notifier.report.charges import Charges, by_type, charges
from services.notifier.report.look import NONE
from shared.days import Period
from shared.money import cents
from tests.support.boards import DAY, METRIC, PROD, SANDBOX, Opened, board_of, month_of_rows, opened
from tests.support.units.rows import Row, row

KINDS = ("gross", "discounts", "credits", "refunds")
ONCE = DAY - timedelta(days=5)
GIVEN: dict[date, tuple[Row, ...]] = {
    DAY: (row("-4.005", ChargeType="Credit", **PROD),),
    ONCE: (
        row("-1.50", ChargeType="Refund", **SANDBOX),
        row("0", ChargeType="Discount", **PROD),
    ),
    DAY.replace(month=2, day=3): (row("-9", ChargeType="Discount", **PROD),),
}


def tables() -> dict[date, pa.Table]:
    plain = month_of_rows()
    more = {day: month_of_rows(day, 1, rows)[day] for day, rows in GIVEN.items()}
    return plain | more


def told(day: date) -> dict[str, Charges]:
    """Return the charges of a day and of its month until then, as the digest has them."""
    known = {each: by_type(table, METRIC) for each, table in tables().items()}
    month = [known[each] for each in known if Period.of(each) == Period.of(day) and each <= day]
    return {"Day": charges([known[day]])["USD"], "Month": charges(month)["USD"]}


@pytest.fixture(scope="module")
def board(window: Page, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    file = Path(tmp_path_factory.mktemp("charges")) / "dashboard.html"
    file.write_bytes(html_of(board_of(tables())))
    return opened(window, file)


@pytest.mark.parametrize("day", [DAY, DAY - timedelta(days=1), ONCE, DAY.replace(month=2, day=3)])
def test_a_day_has_what_the_digest_of_it_has(board: Opened, day: date) -> None:
    board.go(f"#day={day}")

    month = told(day)["Month"]
    kinds = [kind for kind in KINDS if getattr(month, kind) is not None]
    amounts = [getattr(each, kind) for each in told(day).values() for kind in (*kinds, "net")]
    amounts = [
        -amount if kind == "discounts" and amount is not None else amount
        for kind, amount in zip((*kinds, "net") * 2, amounts, strict=True)
    ]
    (whole,) = (cells for name, *cells in board.rows("Gross, credits and net") if name == "All")
    assert whole == [NONE if amount is None else cents(amount) for amount in amounts]


def test_an_ou_is_listed_for_what_it_was_given_in_the_month_only(board: Opened) -> None:
    """February has discounts alone: they are told of all together, as in the digest."""
    board.go(f"#day={DAY.replace(month=2, day=3)}")
    assert [name for name, *_ in board.rows("Gross, credits and net")] == ["All"]

    board.go(f"#day={ONCE}")
    listed = [name for name, *_ in board.rows("Gross, credits and net")]
    assert listed == ["All", "Root", "Sandbox"]
    board.go("#day=2026-02-02")
    assert board.page.get_by_role("table", name="Gross, credits and net").count() == 0
