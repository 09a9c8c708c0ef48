"""The embedded engine over an export's files: the same figures from every kind of file."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.query.sources import CUR2
from shared.errors import InputError
from tests.support.units.breakdowns import break_down
from tests.support.units.exports import OPTIONAL, gzipped, line, parquet, text
from tests.support.units.rows import usd

pytestmark = pytest.mark.usefixtures("each_engine")

LINES = [
    line("0.100000000001", 1),
    line("12345678901.123456789012", 15, line_item_type="Tax"),
    line("-7.000000000003", 31, line_item_type="Credit", product=None),
    line("3", 31, currency_code="EUR", usage_account_id="222222222222"),
    line(None, 2),
]


@pytest.mark.parametrize("write", [parquet, text, gzipped])
def test_every_kind_of_file_gives_the_same_exact_totals(write: Any, tmp_path: Path) -> None:
    control, rows = break_down(tmp_path, write(LINES))

    assert control.totals == (usd("3", currency="EUR"), usd("12345678894.223456789010"))
    assert (control.lines, len(rows)) == (5, 5)
    assert (control.first_day, control.last_day) == (date(2026, 3, 1), date(2026, 3, 31))


def test_every_kind_of_file_gives_the_same_rows(tmp_path: Path) -> None:
    found = []
    for number, body in enumerate([parquet(LINES), text(LINES), gzipped(LINES)]):
        folder = tmp_path / str(number)
        folder.mkdir()
        _, rows = break_down(folder, body)
        found.append(sorted(rows, key=str))

    assert found[0] == found[1] == found[2]


def test_one_delivery_may_hold_files_of_different_kinds(tmp_path: Path) -> None:
    lines = [line("99999999999.123456789012")]

    control, _ = break_down(tmp_path, parquet(lines), text(lines), gzipped(lines))

    assert control.totals == (usd("299999999997.370370367036"),)


def test_a_csv_beside_a_parquet_file_of_doubles_stays_exact(tmp_path: Path) -> None:
    csv = text([line("99999999999.123456789012")])

    control, _ = break_down(tmp_path, parquet([line("1")], money=pa.float64()), csv)

    assert control.totals == (usd("100000000000.123456789012"),)


@pytest.mark.parametrize("amount", ["994509.492775227", "54321.1234567891", "15000.45678912"])
def test_a_double_is_the_shortest_decimal_that_reads_back_as_it(
    amount: str, tmp_path: Path
) -> None:
    control, _ = break_down(tmp_path, parquet([line(amount)], money=pa.float64()))

    assert control.totals == (usd(amount),)


def test_doubles_are_cast_before_they_are_added(tmp_path: Path) -> None:
    lines = [line("0.1") for _ in range(10)] + [line("-0.0000000449")]

    control, _ = break_down(tmp_path, parquet(lines, money=pa.float64()))

    assert control.totals == (usd("0.9999999551"),)


@pytest.mark.parametrize("amount", ["1.0E-7", "1e-12", "0.000000000001", "1E+3"])
def test_amounts_with_an_exponent_are_read(amount: str, tmp_path: Path) -> None:
    body = text([line("1")]).replace(b",1,", f",{amount},".encode())

    control, _ = break_down(tmp_path, body)

    assert control.totals == (usd(f"{Decimal(amount):f}"),)


@pytest.mark.parametrize("amount", ["NaN", "inf", "1,5", "abc"])
def test_amounts_that_are_no_numbers_are_refused(amount: str, tmp_path: Path) -> None:
    body = text([line("1")]).replace(b",1,", f',"{amount}",'.encode())

    with pytest.raises(duckdb.Error):
        break_down(tmp_path, body)


@pytest.mark.parametrize(
    "moment", [pa.timestamp("ns"), pa.timestamp("ms"), pa.timestamp("us", tz="UTC")]
)
def test_every_kind_of_timestamp_is_a_utc_day(moment: Any, tmp_path: Path) -> None:
    start = datetime(2026, 3, 16, 23, 59, 59, tzinfo=UTC)

    control, _ = break_down(tmp_path, parquet([line(usage_start_date=start)], moment=moment))

    assert control.last_day == date(2026, 3, 16)


@pytest.mark.parametrize("column", list(CUR2.required))
def test_a_missing_required_column_is_named(column: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=rf"file-0, {column}: has no column {column}\. Add it"):
        break_down(tmp_path, text([line()], without=[column]))


def test_a_required_column_that_only_one_of_the_files_lacks_is_named(tmp_path: Path) -> None:
    lacking = parquet([line()], without=["line_item_unblended_cost"])

    with pytest.raises(InputError, match="line_item_unblended_cost"):
        break_down(tmp_path, parquet([line()]), lacking)


@pytest.mark.parametrize("write", [parquet, text])
def test_optional_columns_may_be_missing(write: Any, tmp_path: Path) -> None:
    control, (row,) = break_down(tmp_path, write([line("2")], without=OPTIONAL))

    assert control.totals == (usd("2"),)
    assert not control.invoiced
    assert (row["Service"], row["AccountName"]) == ("AmazonEC2", "")


def test_files_may_have_different_columns(tmp_path: Path) -> None:
    control, rows = break_down(
        tmp_path, parquet([line("2", 1)]), parquet([line("3", 2)], without=OPTIONAL)
    )

    assert control.totals == (usd("5"),)
    assert {row["Service"] for row in rows} == {"Amazon Elastic Compute Cloud", "AmazonEC2"}


def test_columns_that_nobody_asked_for_do_not_matter(tmp_path: Path) -> None:
    header, item = text([line("2")]).splitlines()
    body = b"\n".join([header + b",extra", item + b",x"])

    control, _ = break_down(tmp_path, body)

    assert control.totals == (usd("2"),)


def test_text_with_separators_quotes_and_line_breaks_is_read_as_it_is(tmp_path: Path) -> None:
    hostile = "a;b|c\td \"quoted\" , and\nmore 'single' \\ back"

    _, rows = break_down(
        tmp_path, text([line("1", n, usage_account_name=hostile) for n in (1, 2, 3)])
    )

    assert {row["AccountName"] for row in rows} == {hostile}


def test_quotes_that_appear_late_in_a_long_file_are_still_understood(tmp_path: Path) -> None:
    early = [line("1", product=None) for _ in range(21_000)]
    late = line("1", product={"product_name": 'The "late", one'})

    control, rows = break_down(
        tmp_path,
        text([*early, late], without=[name for name in OPTIONAL if not name.startswith("product")]),
    )

    assert control.totals == (usd("21001"),)
    assert {row["Service"] for row in rows} == {"AmazonEC2", 'The "late", one'}


def test_a_file_without_lines_costs_nothing(tmp_path: Path) -> None:
    control, rows = break_down(tmp_path, text([]))

    assert (control.lines, control.totals, control.last_day, rows) == (0, (), None, [])


@settings(max_examples=10)
@given(
    st.lists(
        st.tuples(
            st.decimals(min_value=-(10**9), max_value=10**9, places=12),
            st.timedeltas(timedelta(-20), timedelta(50)),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_the_days_always_add_up_to_the_lines(
    tmp_path_factory: pytest.TempPathFactory, items: list[tuple[Decimal, timedelta]]
) -> None:
    first = datetime(2026, 3, 1, tzinfo=UTC)
    lines = [line(str(cost), usage_start_date=first + offset) for cost, offset in items]

    control, rows = break_down(tmp_path_factory.mktemp("any"), parquet(lines))

    assert control.totals[0].unblended == sum(row["UnblendedCost"] for row in rows)
    assert control.totals[0].unblended == sum(cost for cost, _ in items)
    assert {row["BillingDate"].month for row in rows} == {3}
