"""What is sent to Athena: its dialect, its length, and nothing from outside in it."""

from decimal import Decimal

import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from services.query.athena_engine import LONGEST, TOKEN, scan_text
from services.query.columns import Found
from services.query.scan import LEAST, MEGABYTE, TERABYTE, cost_of
from services.query.sources import MAP, MONEY, SOURCES, TIMESTAMP, SourceFormat
from shared.config import Athena
from shared.days import Period
from tests.support.unloads import parse_unload

MARCH = Period(2026, 3)
PLACE = f"s3://{'b' * 63}/staging/athena/{TOKEN}/rows/"
TYPES = {MONEY: "double", TIMESTAMP: "timestamp", MAP: "map<string,string>"}
TRINO = {
    *("CAST", "COALESCE", "COUNT", "NULLIF", "SUM", "LOWER", "CASE", "IF", "AND", "OR"),
    *("ELEMENT_AT", "MAP", "ARRAY", "HOUR", "MAX"),
}
"""The functions of Trino's that the SQL may use: a name that Athena lacks must not get in."""


def as_aws_writes(source: SourceFormat, *without: str) -> tuple[Found | None, ...]:
    return tuple(
        None if column.name in without else (column.name, TYPES.get(column.kind, "string"))
        for column in source.columns
    )


def text_of(source: SourceFormat) -> str:
    return scan_text(source, MARCH, (as_aws_writes(source),), PLACE)


@pytest.mark.parametrize("name", SOURCES)
def test_the_statement_is_an_unload_of_a_query_in_athenas_dialect(name: str) -> None:
    sql, place = parse_unload(text_of(SOURCES[name]))
    query = sqlglot.parse_one(sql, dialect="athena")

    assert place == PLACE
    assert isinstance(query, exp.Query)
    assert query.sql(dialect="athena") == sql
    assert {function.sql_name() for function in query.find_all(exp.Func)} <= TRINO


@pytest.mark.parametrize("name", SOURCES)
def test_a_scan_reads_each_table_once_but_for_a_legacy_report(name: str) -> None:
    sql, _ = parse_unload(text_of(SOURCES[name]))

    assert sql.count("daybook_export_") == (2 if name == "legacy" else 1)


@pytest.mark.parametrize("name", SOURCES)
def test_every_amount_is_an_exact_decimal_before_it_is_added(name: str) -> None:
    sql, _ = parse_unload(text_of(SOURCES[name]))
    doubles = [c.name for c in SOURCES[name].columns if c.kind == MONEY]

    for column in doubles:
        assert f'CAST("{column.lower()}" AS DECIMAL(38, 12)) AS {column}' in sql


some_columns = st.sampled_from(sorted(SOURCES)).flatmap(
    lambda name: st.tuples(
        st.just(SOURCES[name]),
        st.lists(
            st.sets(st.sampled_from([c.name for c in SOURCES[name].columns if not c.required])),
            min_size=1,
            max_size=20,
            unique_by=frozenset,
        ),
    )
)


@given(some_columns)
@settings(max_examples=20)
def test_a_delivery_of_twenty_kinds_of_files_stays_below_half_of_athenas_limit(
    some: tuple[SourceFormat, list[set[str]]],
) -> None:
    source, kinds = some
    columns = tuple(as_aws_writes(source, *without) for without in kinds)

    assert len(scan_text(source, MARCH, columns, PLACE)) < LONGEST / 2


@given(st.integers(0, 10**15), st.integers(0, 10**15))
def test_a_scan_costs_ten_megabytes_at_least_and_never_less_for_more(one: int, more: int) -> None:
    price = Athena().usd_per_tb

    assert cost_of(one, price) <= cost_of(one + more, price)
    assert cost_of(one, price) >= cost_of(LEAST * MEGABYTE, price) == Decimal("0.000048")
    assert cost_of(one, price) >= (price * one / TERABYTE).quantize(Decimal("0.000001"))


def test_a_terabyte_costs_the_price_of_one() -> None:
    assert cost_of(TERABYTE, Decimal("5.75")) == Decimal("5.75")
