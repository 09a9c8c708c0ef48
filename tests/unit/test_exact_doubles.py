"""A double becomes the same decimal the short way as by way of its text."""

import random
from decimal import Decimal

import duckdb
import pytest

from services.query.export_files import typed
from services.query.sources import MONEY, Column

EDGES = [0.0, -0.0, 0.5e-12, 1.5e-12, 0.0000000000005, 999.9999999999995, 1000.0, 2251.7998136852]
BY_TEXT = f"CAST(CAST(x AS VARCHAR) AS {MONEY})"
EXPRESSION = typed(Column("x", MONEY), ("x", "DOUBLE"))


def decimals(places: int, digits: int, count: int) -> list[float]:
    drawn = random.Random(f"{places}/{digits}")  # noqa: S311 - the same in every run
    return [
        float(Decimal(drawn.randrange(-(10**digits), 10**digits)).scaleb(-places))
        for _ in range(count)
    ]


def others(values: list[float]) -> list[tuple[float, Decimal]]:
    """Return the doubles that become another decimal than their text does."""
    with duckdb.connect() as db:
        db.execute("CREATE TABLE found AS SELECT unnest(?::DOUBLE[]) AS x", [values])
        exact, text = duckdb.SQLExpression(EXPRESSION), duckdb.SQLExpression(BY_TEXT)
        return db.table("found").filter(exact != text).select("x", exact).fetchall()


@pytest.mark.parametrize("places", range(19))
@pytest.mark.parametrize("digits", [3, 9, 13, 16, 17])
def test_a_double_is_the_decimal_that_it_was_written_as(places: int, digits: int) -> None:
    assert others(EDGES + decimals(places, digits, 2000)) == []


def test_ties_in_the_thirteenth_place_are_rounded_as_their_text_is() -> None:
    ties = [float(f"{n}.{n:011}05") for n in range(900)]

    assert others(ties + [float(f"0.{n:012}5") for n in range(900)]) == []
