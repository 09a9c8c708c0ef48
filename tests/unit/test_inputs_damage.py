"""Export files that are damaged are named before anything starts."""

import gzip
from pathlib import Path
from random import Random

import pytest

from tests.support.units.aio import in_loop
from tests.support.units.exports import gzipped, line, parquet, text
from tests.support.units.inputs import (
    Given,
    checked,
    good_inputs,
    march,
    refusal,
)
from tests.support.units.rows import DAY, usd


@pytest.fixture
def given(tmp_path: Path) -> Given:
    return good_inputs(tmp_path)


@pytest.mark.parametrize("left", [0, 3, 4, 100, -1, -8])
@in_loop
async def test_a_truncated_parquet_file_is_named(left: int, given: Given) -> None:
    given.export(a_parquet=parquet(march()), b_parquet=parquet(march())[:left])

    text = await refusal(given.files)

    assert text.startswith(str(given.data / "b.parquet"))


@pytest.mark.parametrize("share", [0.3, 0.6, 0.99])
@in_loop
async def test_a_truncated_gzip_csv_is_named(share: float, given: Given) -> None:
    random = Random(7)  # noqa: S311 - lines that do not compress away
    lines = [line(f"0.{random.randrange(10**12):012}", 1 + n % 20) for n in range(3000)]
    whole = gzipped(lines)
    given.export(a_csv_gz=gzipped(march()), b_csv_gz=whole[: int(len(whole) * share)])

    text = await refusal(given.files)

    assert text.startswith(str(given.data / "b.csv.gz"))
    assert "copy it again" in text


@pytest.mark.parametrize("cut", [1, 4, 8])
@in_loop
async def test_a_gzip_csv_without_its_whole_checksum_is_named(cut: int, given: Given) -> None:
    given.export(b_csv_gz=gzipped(march())[:-cut])

    assert (await refusal(given.files)).startswith(str(given.data / "b.csv.gz"))


@in_loop
async def test_a_damaged_gzip_csv_is_named(given: Given) -> None:
    body = bytearray(gzipped(march()))
    body[len(body) // 2] ^= 0xFF
    given.export(b_csv_gz=bytes(body))

    assert (await refusal(given.files)).startswith(str(given.data / "b.csv.gz"))


@in_loop
async def test_a_gzip_csv_in_several_members_is_read_whole(given: Given) -> None:
    head, tail = text(march(last=10)), text(march(first=11)).partition(b"\n")[2]
    given.export(b_csv_gz=gzip.compress(head) + gzip.compress(tail))

    assert (await checked(given, DAY)).control.totals == (usd("20"),)


@in_loop
async def test_a_csv_whose_last_line_is_cut_off_is_named(given: Given) -> None:
    given.export(b_csv=text(march()).rstrip(b"\n")[:-40])

    assert (await refusal(given.files)).startswith(str(given.data / "b.csv"))


@in_loop
async def test_a_missing_column_is_named_with_its_file(given: Given) -> None:
    given.export(
        a_parquet=parquet(march()),
        b_parquet=parquet(march(), without=["line_item_currency_code"]),
    )

    text = await refusal(given.files)

    column = "line_item_currency_code"
    assert text.startswith(f"{given.data / 'b.parquet'}, {column}: has no column {column}")
    assert "Add it to the export's column selection" in text


@in_loop
async def test_an_export_without_lines_is_named(given: Given) -> None:
    given.export(part_parquet=parquet([]))

    assert "part.parquet: has no line items" in await refusal(given.files)
