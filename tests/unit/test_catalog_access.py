"""Who sees which rows in QuickSight: the rules over the data sets' own SQL.

QuickSight is not here: `visible` applies the rules as its user guide says ("Using row-level
security with user-based rules to restrict access to a dataset").
"""

import csv
import io
from collections.abc import Iterator

import duckdb
import pytest
import sqlglot

from daybook.local.dashboards import sql
from services.catalog.access import COLUMNS, Access, rules
from shared.config_people import Executives, Owner
from shared.locations import ACCESS_RULES
from shared.memory import MemoryStore
from shared.topology import load_topology
from tests.support.units.aio import in_loop
from tests.support.units.catalogs import FakeRefresher

OUS = (
    "Root",
    "Root/Data",
    "Root/Data/Lake",
    "Root/Database",
    "Root/Data,Root",
    "Root/Data%2CRoot",
    'Root/"Quoted" 50%',
    "Root/Unmapped",
    "Root/a/b/c/d/e/f",
    "Root/a/b/c/d/e",
    "Root/a/b",
    "Unmapped",
)
TABLE = "ou_breakdown"


@pytest.fixture(scope="module")
def rows() -> Iterator[list[dict[str, str]]]:
    """A row per OU, as QuickSight imports it."""
    with duckdb.connect() as engine:
        engine.execute(
            "CREATE TABLE main.ou_breakdown AS SELECT unnest(?) AS oupath, '1' AS linkedaccount,"
            " 'Shop' AS accountname",
            [list(OUS)],
        )
        query = sqlglot.transpile(sql(TABLE, "main"), read="athena", write="duckdb")[0]
        found = engine.execute(query)
        names = [each[0] for each in found.description]
        yield [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def visible(written: bytes, rows: list[dict[str, str]], user: str, group: str = "") -> set[str]:
    """Return the OUs whose rows a user sees: any of their rules, all of a rule's values."""
    mine = [
        rule
        for rule in csv.DictReader(io.StringIO(written.decode()))
        if (rule["UserName"] and rule["UserName"] == user)
        or (rule["GroupName"] and rule["GroupName"] == group)
    ]
    return {row["oupath"] for row in rows for rule in mine if _holds(rule, row)}


def _holds(rule: dict[str, str], row: dict[str, str]) -> bool:
    """A value is one of several where it has a comma; no value is every value."""
    named = [name for name in COLUMNS[2:] if rule[name]]
    return all(row[name] in rule[name].split(",") for name in named)


def below(*ous: str) -> set[str]:
    return {path for path in OUS for ou in ous if path == ou or path.startswith(f"{ou}/")}


@pytest.mark.parametrize("ou", [ou for ou in OUS if ou.count("/") <= 5])
def test_an_owner_sees_the_ou_and_what_is_below_it(ou: str, rows: list[dict[str, str]]) -> None:
    written = rules([Owner(ou=ou, quicksight=("ann",)), Owner(ou="Else", quicksight=("bob",))])

    assert visible(written, rows, "ann") == below(ou)
    assert visible(written, rows, "bob") == set()


def test_who_is_not_in_the_roster_sees_nothing(rows: list[dict[str, str]]) -> None:
    some = rules([Owner(ou="Root", quicksight=("ann",), recipients=("eve@example.com",))])

    for written in (some, rules([])):
        for user in ("eve", "eve@example.com", "", "daybook-nobody"):
            assert visible(written, rows, user) == set()


def test_executives_see_everything_and_groups_what_they_are_for(rows: list[dict[str, str]]) -> None:
    executives = Executives(recipients=("b@example.com",), quicksight=("ann",))
    roster = [
        Owner(ou="Data", quicksight=("ann", "cy"), quicksight_groups=("lake",)),
        Owner(ou="a/b", quicksight=("cy",)),
        Owner(ou="a/b/c", quicksight=("cy",)),
    ]
    written = rules(roster, executives)

    assert visible(written, rows, "ann") == set(OUS)
    assert visible(written, rows, "cy") == below("Root/Data", "Root/a/b")
    assert visible(written, rows, "nobody", "lake") == below("Root/Data")
    assert written.decode().splitlines() == [
        "UserName,GroupName,level0,level1,level2,level3,level4,level5",
        ",lake,Root,Data,,,,",
        "ann,,,,,,,",
        "cy,,Root,Data,,,,",
        "cy,,Root,a,b,,,",
    ]


def test_a_chosen_ou_is_the_one_and_what_is_below_it(rows: list[dict[str, str]]) -> None:
    """The dashboard's filter: `within` begins with the chosen OU's."""
    for ou in OUS:
        (chosen,) = [row["within"] for row in rows if row["oupath"] == ou]
        assert {row["oupath"] for row in rows if row["within"].startswith(chosen)} == below(ou)


def test_the_levels_are_the_topologys() -> None:
    assert load_topology().quicksight_levels == COLUMNS[2:]


@in_loop
async def test_the_file_is_written_when_it_differs_and_imported_once_a_run() -> None:
    store, refresher = MemoryStore(), FakeRefresher()
    first = Access("daybook-access", rules([Owner(ou="Data", quicksight=("ann",))]))
    second = Access("daybook-access", rules([]))

    for access, run in ((first, "r1"), (first, "r1"), (first, "r2"), (second, "r3")):
        await access.renew(store, refresher, run)

    assert [each.body for each in store.versions[ACCESS_RULES]] == [first.rules, second.rules]
    assert [name for _, name in refresher.asked] == [
        "daybook-r1", "daybook-r1", "daybook-r2", "daybook-r3",
    ]  # fmt: skip
