"""What is read of an export: exactly the columns that the source declares, by either engine."""

import io
from collections.abc import Collection
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlglot import exp, parse_one

from services.query.athena_engine import scan_text
from services.query.sources import CUR2
from tests.support.units.breakdowns import MARCH, break_down
from tests.support.units.exports import MONEY, TYPES, Line, line, parquet
from tests.support.unloads import parse_unload

DECLARED = {column.name for column in CUR2.columns}


def lines() -> list[Line]:
    """Return lines whose least and largest values let nobody tell that a column is no matter."""
    amounts: Line = {
        name: Decimal(3) if kind == MONEY else 3.0
        for name, kind in TYPES.items()
        if kind in (MONEY, pa.float64())
    }
    texts = [name for name in TYPES if name in DECLARED and TYPES[name] == TYPES["bill_bill_type"]]
    ends = [
        line(day=day) | amounts | dict.fromkeys(texts, end) | {"product": {"product_name": end}}
        for day, end in ((1, "A"), (30, "zz"))
    ]
    kinds = ("SavingsPlanRecurringFee", "SavingsPlanCoveredUsage", "RIFee", "DiscountedUsage")
    return [*ends, *(line() | amounts | {"line_item_line_item_type": kind} for kind in kinds)]


def damaged(body: bytes, columns: Collection[str]) -> bytes:
    """Return a Parquet file in which these columns' bytes can no longer be read."""
    broken = bytearray(body)
    footer = pq.ParquetFile(io.BytesIO(body)).metadata
    for group in range(footer.num_row_groups):
        for number in range(footer.num_columns):
            chunk = footer.row_group(group).column(number)
            if chunk.path_in_schema.split(".")[0] in columns:
                begins = chunk.dictionary_page_offset or chunk.data_page_offset
                size = chunk.total_compressed_size
                broken[begins : begins + size] = b"\xff" * size
    return bytes(broken)


def test_a_file_of_which_nothing_else_can_be_read_gives_the_same_figures(tmp_path: Path) -> None:
    body = parquet(lines())
    others = TYPES.keys() - DECLARED
    assert others

    whole, rows = break_down(tmp_path, body)
    (tmp_path / "again").mkdir()
    control, found = break_down(tmp_path / "again", damaged(body, others))

    assert control == whole
    assert sorted(map(str, found)) == sorted(map(str, rows))


@pytest.mark.parametrize("name", sorted(DECLARED))
def test_every_declared_column_is_read(name: str, tmp_path: Path) -> None:
    with pytest.raises(duckdb.Error):
        break_down(tmp_path, damaged(parquet(lines()), [name]))


def test_athena_is_asked_for_these_columns_and_no_others() -> None:
    found = tuple((name, "string") for name in (column.name for column in CUR2.columns))
    sql, _ = parse_unload(scan_text(CUR2, MARCH, (found,), "s3://bucket/place/"))
    scans = [
        select
        for select in parse_one(sql, dialect="athena").find_all(exp.Select)
        if isinstance(table := select.args["from_"].this, exp.Table)
        and table.name.startswith("daybook_export_")
    ]

    named = {column.name for select in scans for column in select.find_all(exp.Column)}

    assert len(scans) == 1
    assert named == DECLARED
