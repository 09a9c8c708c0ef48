"""The dated account-to-OU table."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.query.organization import Placement, organization_table, parse_organization
from shared.errors import InputError

HEADER = "account_id,account_name,ou_path,valid_from,valid_to,status"
ACCOUNT = "111111111111"


def parsed(*lines: str, header: str = HEADER) -> list[Placement]:
    return parse_organization("\n".join([header, *lines]).encode(), "org.csv")


def placed(
    account: str = ACCOUNT,
    ou: str = "Root/A",
    start: str = "2026-01-01",
    end: str = "",
    status: str = "ACTIVE",
) -> str:
    return f"{account},shop,{ou},{start},{end},{status}"


def refusal(*lines: str, header: str = HEADER) -> str:
    with pytest.raises(InputError) as refused:
        parsed(*lines, header=header)
    return str(refused.value)


def test_a_placement_holds_what_its_line_says() -> None:
    (place,) = parsed(placed(end="2026-03-16"))

    assert place == Placement(2, ACCOUNT, "shop", "", "Root/A", date(2026, 1, 1), date(2026, 3, 16))


def test_the_ou_is_the_path_below_the_root() -> None:
    assert [place.ou for place in parsed(placed(ou="Root/A/B"))] == ["A/B"]
    assert [place.ou for place in parsed(placed(ou="Root"))] == ["Root"]


def test_empty_dates_are_open_ended() -> None:
    (place,) = parsed(placed(start="", end=""))

    assert (place.valid_from, place.valid_to) == (date.min, date.max)


def test_a_byte_order_mark_and_windows_line_ends_are_fine() -> None:
    body = f"{HEADER}\r\n{placed()}\r\n".encode("utf-8-sig")

    assert len(parse_organization(body, "org.csv")) == 1


def test_blanks_around_ids_dates_and_states_and_empty_lines_do_not_matter() -> None:
    header = f"{HEADER},ou_id"
    (place,) = parsed(
        "", f" {ACCOUNT} ,shop, Root/A , 2026-01-01 ,  , ACTIVE , ou-1 ", "", header=header
    )

    assert (place.account_id, place.ou_path, place.ou_id) == (ACCOUNT, "Root/A", "ou-1")
    assert (place.valid_from, place.status) == (date(2026, 1, 1), "ACTIVE")


@pytest.mark.parametrize("name", [" shop", "shop ", "\tshop", "shop\u00a0"])
def test_a_name_keeps_the_blanks_that_it_has(name: str) -> None:
    (place,) = parsed(f"{ACCOUNT},{name},Root/ A /B ,,,ACTIVE")

    assert (place.account_name, place.ou_path) == (name, "Root/ A /B")


def test_a_name_of_nothing_but_blanks_is_none() -> None:
    assert [place.account_name for place in parsed(f"{ACCOUNT},  ,Root,,,ACTIVE")] == [""]


def test_columns_may_come_in_any_order_and_more_of_them() -> None:
    header = f"status,ou_id,{HEADER.removesuffix(',status')},email"

    (place,) = parsed(f"CLOSED,ou-1,{ACCOUNT},shop,Root/A,,,x@example.com", header=header)

    assert (place.ou_id, place.account_id) == ("ou-1", ACCOUNT)


def test_a_name_with_a_comma_and_a_line_break_in_quotes_is_one_cell() -> None:
    (place,) = parsed(f'{ACCOUNT},"shop, ""old""\nand new",Root/A,,,ACTIVE')

    assert place.account_name == 'shop, "old"\nand new'


@pytest.mark.parametrize("column", HEADER.split(","))
def test_a_missing_column_is_named(column: str) -> None:
    header = ",".join(name for name in HEADER.split(",") if name != column)

    assert refusal(header=header) == (
        f"org.csv, line 1: has no column {column}. The header is {HEADER}"
    )


def test_an_empty_file_has_no_columns() -> None:
    with pytest.raises(InputError, match="line 1: has no column account_id"):
        parse_organization(b"", "org.csv")


def test_text_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(InputError, match=r"org\.csv: is not UTF-8 text\. Save it as CSV in UTF-8"):
        parse_organization("Büro".encode("latin-1"), "org.csv")


@pytest.mark.parametrize(
    ("line", "where", "remedy"),
    [
        (placed("12345678901"), "account_id", "leading zeros"),
        (placed("1.23457E+11"), "account_id", "leading zeros"),
        (placed(""), "account_id", "leading zeros"),
        (placed("\uff11" * 12), "account_id", "leading zeros"),
        (placed(ou="A"), "ou_path", "Write Root"),
        (placed(ou="Rooted/A"), "ou_path", "Write Root"),
        (placed(ou=""), "ou_path", "leave out"),
        (placed(ou="Root/"), "ou_path", "Write Root"),
        (placed(ou="Root/A/"), "ou_path", "Write Root"),
        (placed(ou="Root//A"), "ou_path", "Write Root"),
        (placed(start="01/02/2026"), "valid_from", "YYYY-MM-DD"),
        (placed(start="2026-02-30"), "valid_from", "YYYY-MM-DD"),
        (placed(end="46082"), "valid_to", "YYYY-MM-DD"),
        (placed(end="2026-01-01"), "valid_to", "ends before"),
        (placed(end="2025-12-31"), "valid_to", "ends before"),
        (placed(status="active"), "status", "ACTIVE"),
        (placed(status=""), "status", "ACTIVE"),
    ],
)
def test_a_wrong_cell_is_named_by_line_and_column_with_a_remedy(
    line: str, where: str, remedy: str
) -> None:
    text = refusal(placed("2" * 12), line)

    assert text.startswith(f"org.csv, line 3 ({where}): ")
    assert remedy in text


@pytest.mark.parametrize("line", [placed() + ",more", f"{ACCOUNT},shop,Root/A"])
def test_too_many_or_too_few_fields_are_refused(line: str) -> None:
    assert "line 2: has too many or too few fields" in refusal(line)


def test_a_quote_that_is_never_closed_is_refused_whatever_follows() -> None:
    followers = [placed(f"{n:012}") for n in range(5000)]

    assert refusal(f'{ACCOUNT},"shop,Root/A,,,ACTIVE', *followers).startswith("org.csv, line ")


@pytest.mark.parametrize("end", ["", "2026-03-17"])
def test_an_account_in_two_ous_on_one_day_is_refused(end: str) -> None:
    text = refusal(placed(end=end), placed("2" * 12), placed(ou="Root/B", start="2026-03-16"))

    assert text.startswith(f"org.csv, line 4 (valid_from): account {ACCOUNT} is already placed")
    assert "by line 2 on 2026-03-16" in text
    assert "End the earlier range (valid_to)" in text


def test_the_same_line_twice_is_refused() -> None:
    assert "already placed by line 2" in refusal(placed(), placed())


def test_an_account_may_move_on_the_day_its_former_range_ends() -> None:
    places = parsed(placed(end="2026-03-16"), placed(ou="Root/B", start="2026-03-16"))

    assert [place.ou for place in places] == ["A", "B"]


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), min_size=1, max_size=6))
def test_ranges_are_refused_exactly_when_a_day_is_in_two_of_them(
    ranges: list[tuple[int, int]],
) -> None:
    first = date(2026, 1, 1)
    lines = [
        placed(start=f"{first + timedelta(start)}", end=f"{first + timedelta(start + length)}")
        for start, length in ranges
    ]
    days = [day for start, length in ranges for day in range(start, start + length)]

    if len(days) == len(set(days)):
        assert len(parsed(*lines)) == len(ranges)
    else:
        assert "already placed" in refusal(*lines)


def test_the_table_has_one_row_per_placement() -> None:
    table = organization_table(parsed(placed(start="")))

    assert table.to_pylist() == [
        {
            "account_id": ACCOUNT,
            "account_name": "shop",
            "ou_id": "",
            "ou_path": "Root/A",
            "ou": "A",
            "valid_from": date.min,
            "valid_to": date.max,
        }
    ]
