"""A source is one `.sql` file that declares its columns, and its name in the configuration."""

from importlib.resources import files
from typing import get_args

import pytest
import sqlglot
from sqlglot import exp

import services.query
from services.query.layouts import LAYOUTS
from services.query.sources import SOURCES, Column, SourceFormat
from services.query.statements import statement
from shared.config import SourceName
from shared.days import Period

WHOLE = {"breakdown", "control", "drivers", "proof", "sums"}
COMMON = {*WHOLE, "lines"}
NAMES = sorted(SOURCES)


def columns_read(sql: str) -> set[str]:
    """Return the columns of the export that a query reads: those that no other part of it makes."""
    query = sqlglot.parse_one(sql, dialect="athena")
    made = {expression.alias for expression in query.find_all(exp.Alias)}
    read = {column.name for column in query.find_all(exp.Column) if column.table != "plan"}
    return read - made - {"period_first", "period_last", "*"}


def test_every_sql_file_is_a_source_that_can_be_configured() -> None:
    there = {file.name for file in files(services.query).joinpath("sql").iterdir()}

    assert there == {f"{name}.sql" for name in {*get_args(SourceName), *COMMON}}


@pytest.mark.parametrize("name", NAMES)
def test_a_source_declares_the_columns_that_its_query_reads(name: str) -> None:
    source = SOURCES[name]
    # What legacy.sql returns under the name of a column that it reads is made and read.
    passed_on = {
        "product_region_code",
        "savings_plan_total_commitment_to_date",
        "savings_plan_used_commitment",
    }

    declared = {column.name for column in source.columns}

    assert columns_read(source.sql) | (passed_on & declared) == declared


@pytest.mark.parametrize("name", NAMES)
def test_a_source_names_a_layout_and_a_column_that_dates_the_period(name: str) -> None:
    source = SOURCES[name]

    assert source.layout in LAYOUTS
    assert source.period[-1] in source.required


def test_the_legacy_report_returns_every_column_that_cur2_reads() -> None:
    query = sqlglot.parse_one(SOURCES["legacy"].sql, dialect="athena")
    assert isinstance(query, exp.Query)

    assert {column.name for column in SOURCES["cur2"].columns} == set(query.named_selects)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("what", sorted(WHOLE))
def test_a_composed_query_is_one_of_athena(what: str, name: str) -> None:
    sql = statement(what, SOURCES[name], Period(2026, 3), "athena")

    assert sqlglot.parse_one(sql, dialect="athena").sql(dialect="athena") == sql
    assert {table.name for table in sqlglot.parse_one(sql).find_all(exp.Table)} <= {
        *("export", "organization", "item", "sorted", "plan", "daily", "period"),
    }


def source(*columns: Column) -> SourceFormat:
    return SourceFormat("x", "data-exports", columns, ("a",))


def said(column: Column, lacking: int, of_files: int, *types: str) -> list[str]:
    return list(source(column).notes({column.name: lacking}, of_files, types))


def test_a_column_that_no_file_has_is_named_with_what_that_means() -> None:
    column = Column("name", "VARCHAR", lacking="accounts have no names")

    assert said(column, 2, 2) == ["The export lacks name: accounts have no names."]
    assert said(column, 1, 3) == ["Of 3 files 1 lack name; of their lines: accounts have no names."]
    assert said(column, 0, 3) == []


def test_a_column_that_matters_to_some_types_of_line_is_missed_only_by_them() -> None:
    column = Column("fee", "VARCHAR", when=frozenset({"RIFee", "Fee"}), lacking="fees are lost")

    assert said(column, 1, 1, "Usage", "Fee") == ["The export lacks fee: fees are lost."]
    assert said(column, 1, 1, "Usage") == []


def test_a_column_that_matters_only_if_some_files_have_it() -> None:
    column = Column("net", "VARCHAR", when=frozenset({"partly"}), lacking="some are gross")

    assert said(column, 1, 2) == ["Of 2 files 1 lack net; of their lines: some are gross."]
    assert said(column, 2, 2) == []


def test_a_column_that_nobody_misses_is_never_mentioned() -> None:
    assert said(Column("extra", "VARCHAR"), 1, 1, "Usage") == []
