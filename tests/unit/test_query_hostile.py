"""Values from outside never become part of a query's text: SQL sees them as data only."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.days import Period
from tests.support.units.breakdowns import MARCH, break_down, place
from tests.support.units.exports import line, parquet, text

HOSTILE = [
    "'; DROP TABLE lines; --",
    "' OR '1'='1",
    "2026-03-01' OR 1=1 --",
    "\" UNION SELECT * FROM read_text('/etc/passwd') --",
    "\u2019; SELECT 1; \u2018",
    "$1 ? :name {period_first} %s",
    "period_first",
    "*/ /* --",
    "\\'; --",
    "x" * 100_000,
]
NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


@dataclass
class Recorded:
    """A DuckDB connection that keeps the text of every statement."""

    inner: Any
    texts: list[str] = field(default_factory=list)

    def sql(self, statement: str, *more: Any, **options: Any) -> Any:
        self.texts.append(statement)
        return self.inner.sql(statement, *more, **options)

    def execute(self, statement: str, *more: Any, **options: Any) -> Any:
        self.texts.append(statement)
        return self.inner.execute(statement, *more, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


@pytest.fixture(scope="module")
def recorded() -> Iterator[list[Recorded]]:
    made: list[Recorded] = []
    connect = duckdb.connect

    def connected(*asked: Any, **options: Any) -> Recorded:
        made.append(Recorded(connect(*asked, **options)))
        return made[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(duckdb, "connect", connected)
        yield made


def statements(recorded: list[Recorded], name: str, *, as_text: bool) -> list[str]:
    """Query an export and an organization that hold `name` everywhere; check what comes back."""
    lines = [
        line(
            line_item_product_code=name,
            line_item_usage_account_name=name,
            line_item_line_item_description=name,
            product={"product_name": name},
        )
    ]
    placed = place(f"Root/{name}", name=name, start=date(2026, 1, 1))
    with TemporaryDirectory() as folder:
        body = text(lines) if as_text else parquet(lines)
        control, rows = break_down(Path(folder), body, places=[placed])
    (found,) = rows
    assert control.lines == 1
    assert (found["OU"], found["OUPath"]) == (name, f"Root/{name}")
    assert found["AccountName"] == name or not name
    assert found["Service"] in (name, "AmazonEC2")
    return recorded[-1].texts


@pytest.fixture(scope="module")
def benign(recorded: list[Recorded]) -> dict[bool, list[str]]:
    """Return the statements for a harmless name, by whether the export is text."""
    return {kind: statements(recorded, "benign", as_text=kind) for kind in (False, True)}


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: name[:20])
@pytest.mark.parametrize("as_text", [False, True], ids=["parquet", "csv"])
def test_a_hostile_name_changes_no_statement(
    recorded: list[Recorded], benign: dict[bool, list[str]], name: str, as_text: bool
) -> None:
    assert statements(recorded, name, as_text=as_text) == benign[as_text]


@given(NAMES)
@example("'")
@settings(max_examples=15)
def test_no_name_changes_a_statement(
    recorded: list[Recorded], benign: dict[bool, list[str]], name: str
) -> None:
    assert statements(recorded, name, as_text=False) == benign[False]


@pytest.mark.parametrize(
    "written",
    [
        "2026-03'; --",
        "2026-03 ",
        "2026-3",
        "+2026-03",
        "2026-03-01",
        "\uff12\uff10\uff12\uff16-03",
        "2026-13",
        "",
        "' OR 1=1",
    ],
)
def test_a_period_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Period.parse(written)


@given(st.text(max_size=10) | st.from_regex(r"\A\d{4}-\d{2}\Z"))
def test_a_period_is_written_as_it_was_parsed_or_refused(written: str) -> None:
    try:
        period = Period.parse(written)
    except ValueError:
        return  # refused
    assert str(period) == written
    assert written.replace("-", "").isascii()
    assert date.fromisoformat(f"{written}-01") == period.first


def test_the_period_in_a_statement_is_made_from_its_dates(benign: dict[bool, list[str]]) -> None:
    texts = " ".join(benign[False])

    assert len(benign[False]) >= 3
    assert f"'{MARCH.first.isoformat()}'" in texts
    assert f"'{MARCH.last.isoformat()}'" in texts
