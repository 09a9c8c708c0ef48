"""The QuickSight dashboard's definition: what can be known of it without QuickSight."""

import json
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import combinations
from typing import Any

import botocore.session
import duckdb
import pytest
import sqlglot
from botocore.exceptions import ParamValidationError
from botocore.validate import validate_parameters

from daybook.local.dashboards import SQL, sql
from daybook.quicksight.dashboard import COUNTS, DRILLED, ONE_OU, definition, text
from daybook.quicksight.template import template
from shared.topology import load_topology

TOPOLOGY = load_topology()
DEFINITION = definition(TOPOLOGY)
TABLES = {"breakdown": "ou_breakdown", "outlook": "ou_outlook"}
ROOT = SQL.parents[1]
INLINE_BYTES = 51_200
"""Of a CloudFormation template that is not in S3 (AWS CloudFormation quotas)."""
ROOM = 4_000
"""For names, ARNs and permissions, which Terraform adds."""


def test_the_file_is_the_code() -> None:
    assert (SQL / "dashboard.json").read_text("utf-8") == text(), "make reference"


@cache
def _shape() -> Any:
    service = botocore.session.get_session().get_service_model("quicksight")
    return service.operation_model("CreateDashboard").input_shape


def test_botocore_takes_it() -> None:
    validate_parameters(_properties(), _shape())


@pytest.mark.parametrize("wrong", [{"Nonsense": []}, {"Sheets": [{"Name": "no id"}]}])
def test_botocore_would_not_take_another(wrong: dict[str, Any]) -> None:
    properties = _properties()
    properties["Definition"] |= wrong
    with pytest.raises(ParamValidationError):
        validate_parameters(properties, _shape())


def test_the_documented_snapshot_job_is_of_this_dashboard() -> None:
    """Nobody starts it here: docs/quicksight.md says what to type."""
    page = (ROOT / "docs" / "quicksight.md").read_text("utf-8")
    job = json.loads(page.split("```json\n")[1].split("```")[0])
    service = botocore.session.get_session().get_service_model("quicksight")
    validate_parameters(job, service.operation_model("StartDashboardSnapshotJob").input_shape)
    snapshot = job["SnapshotConfiguration"]
    (file,) = [each for group in snapshot["FileGroups"] for each in group["Files"]]
    declared = {
        each["StringParameterDeclaration"]["Name"] for each in DEFINITION["ParameterDeclarations"]
    }

    assert file["SheetSelections"][0]["SheetId"] == DEFINITION["Sheets"][0]["SheetId"]
    assert {each["Name"] for each in snapshot["Parameters"]["StringParameters"]} == declared


def _properties() -> dict[str, Any]:
    (made,) = json.loads(template())["Resources"].values()
    properties: dict[str, Any] = made["Properties"]
    return properties


def test_every_enumerated_value_is_one_of_the_apis() -> None:
    """Botocore does not look at them; cfn-lint does, in `make checkov`."""
    assert list(_strangers(_properties(), _shape())) == []
    sheet = {"Definition": {"Sheets": [{"SheetId": "x", "ContentType": "COSY"}]}}
    assert list(_strangers(sheet, _shape())) == ["COSY"]


def _strangers(value: Any, shape: Any) -> Iterator[str]:
    if shape.type_name == "structure":
        for name, member in value.items():
            yield from _strangers(member, shape.members[name])
    elif shape.type_name == "list":
        for member in value:
            yield from _strangers(member, shape.member)
    elif getattr(shape, "enum", None) and value not in shape.enum:
        yield value


def test_it_fits_into_a_template() -> None:
    assert len(json.dumps(DEFINITION, separators=(",", ":")).encode()) < INLINE_BYTES - ROOM


def test_every_column_is_one_of_its_data_set() -> None:
    used = set(_columns(DEFINITION))
    known = {(name, each) for name, table in TABLES.items() for each in _imported(table)}

    assert used
    assert used - known == set()


def _columns(part: Any) -> Iterator[tuple[str, str]]:
    if isinstance(part, list):
        for each in part:
            yield from _columns(each)
    elif isinstance(part, dict):
        if "DataSetIdentifier" in part:
            yield part["DataSetIdentifier"], part["ColumnName"]
        for each in part.values():
            yield from _columns(each)


def _imported(table: str) -> list[str]:
    columns = [name.lower() for name, _, _ in TOPOLOGY.tables[table].columns]
    keys = [name for name, _ in TOPOLOGY.partition_keys]
    return [*columns, *keys, *TOPOLOGY.quicksight_columns[table], *TOPOLOGY.quicksight_levels]


@pytest.mark.parametrize("table", TABLES.values())
def test_the_data_sets_sql_gives_the_columns_that_are_imported(table: str) -> None:
    assert [name for name, _ in _asked(table)] == _imported(table)


def _asked(table: str, *values: tuple[Any, ...]) -> list[tuple[str, list[Any]]]:
    """Run a data set's SQL on rows of (column name: value), and return it by column."""
    kinds = [(name.lower(), kind) for name, kind, _ in TOPOLOGY.tables[table].columns]
    kinds += TOPOLOGY.partition_keys
    declared = ", ".join(f'"{name}" {kind.replace("string", "varchar")}' for name, kind in kinds)
    with duckdb.connect() as engine:
        engine.execute(f"CREATE TABLE main.{table} ({declared})")
        for row in values:
            given = dict(row)
            engine.execute(
                f"INSERT INTO main.{table} ({', '.join(map(_quoted, given))}) "  # noqa: S608 - our own names
                f"VALUES ({', '.join('?' * len(given))})",
                list(given.values()),
            )
        found = engine.execute(
            sqlglot.transpile(sql(table, "main"), "athena", "duckdb", identify=True)[0]
        )
        names, rows = [each[0] for each in found.description], found.fetchall()
    return [(name, [row[place] for row in rows]) for place, name in enumerate(names)]


def _quoted(name: str) -> str:
    """`asof` is a word of DuckDB's own."""
    return f'"{name}"'


def test_the_newest_days_are_marked_over_all_and_month_by_month() -> None:
    days = [date(2025, 12, 31), date(2026, 1, 30), date(2026, 1, 31), date(2026, 2, 2)]
    rows = [
        (("asof", day), ("ou", ou), ("oupath", ou), ("year", day.year), ("month", day.month))
        for day in days
        for ou in ("Root", "Root/Data")
        if (day, ou) != (days[3], "Root/Data")
    ]
    found = dict(_asked("ou_outlook", *rows))
    columns = ("asof", "newest", "month_newest", "this_month")
    marks = zip(*(found[name] for name in columns), strict=True)

    assert {day: tuple(marked) for day, *marked in marks} == {
        days[0]: ("no", "yes", "no"),
        days[1]: ("no", "no", "no"),
        days[2]: ("no", "yes", "no"),
        days[3]: ("yes", "yes", "yes"),
    }


def test_every_visual_is_on_its_sheet_once_and_none_covers_another() -> None:
    for sheet in DEFINITION["Sheets"]:
        names = [body["VisualId"] for visual in sheet["Visuals"] for body in visual.values()]
        grid = sheet["Layouts"][0]["Configuration"]["GridLayout"]["Elements"]

        assert sorted(names) == sorted(each["ElementId"] for each in grid)
        assert len(set(names)) == len(names)
        assert all(each["ColumnIndex"] + each["ColumnSpan"] <= 36 for each in grid)
        assert not [pair for pair in combinations(grid, 2) if _overlap(*pair)]


def _overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return all(
        one[start] < other[start] + other[span] and other[start] < one[start] + one[span]
        for start, span in (("ColumnIndex", "ColumnSpan"), ("RowIndex", "RowSpan"))
    )


def test_nothing_is_added_up_that_must_not_be() -> None:
    """Every visual is in one currency; a subtree's amount is of one OU; a state is of one day."""
    filters = {each["FilterGroupId"]: each for each in DEFINITION["FilterGroups"]}
    held = {
        name: {
            visual
            for scope in each["ScopeConfiguration"]["SelectedSheets"][
                "SheetVisualScopingConfigurations"
            ]
            for visual in scope["VisualIds"]
        }
        for name, each in filters.items()
    }
    everything = {
        body["VisualId"]
        for sheet in DEFINITION["Sheets"]
        for visual in sheet["Visuals"]
        for body in visual.values()
    }

    assert held["one-currency"] | held["drilled-currency"] == everything
    assert held["inside"] == held["days"] == set(DRILLED)
    assert held["one-ou"] == set(ONE_OU) == everything - set(DRILLED) - {"lights", *COUNTS}
    assert held["newest"] | held["month-newest"] | held["month"] == everything - set(DRILLED)


def test_a_light_is_a_word_a_shape_and_a_colour() -> None:
    (lights,) = [
        visual["TableVisual"]
        for visual in DEFINITION["Sheets"][0]["Visuals"]
        if visual.get("TableVisual", {}).get("VisualId") == "lights"
    ]
    formats = [
        each["Cell"]["TextFormat"]
        for each in lights["ConditionalFormatting"]["ConditionalFormattingOptions"]
    ]
    colours = [each["TextColor"]["Solid"] for each in formats if "TextColor" in each]
    icons = [each["Icon"]["CustomCondition"] for each in formats if "Icon" in each]

    expected = [f"{{light}} = '{light}'" for light in ("red", "yellow", "green", "grey")]
    assert [each["Expression"] for each in colours] == expected
    assert [each["Expression"] for each in icons] == expected
    assert len({each["IconOptions"]["Icon"] for each in icons}) == len(expected)


def test_a_click_on_an_ou_opens_its_services_and_accounts() -> None:
    lights, drill = DEFINITION["Sheets"][0]["Visuals"], DEFINITION["Sheets"][1]
    (action,) = [
        each for visual in lights for body in visual.values() for each in body.get("Actions", [])
    ]
    operations = {name: body for each in action["ActionOperations"] for name, body in each.items()}
    (chosen,) = operations["SetParametersOperation"]["ParameterValueConfigurations"]
    hierarchy = drill["Visuals"][0]["BarChartVisual"]["ColumnHierarchies"][0]["ExplicitHierarchy"]

    navigated = operations["NavigationOperation"]["LocalNavigationConfiguration"]
    assert navigated == {"TargetSheetId": drill["SheetId"]}
    assert list(operations) == ["NavigationOperation", "SetParametersOperation"]
    assert chosen["DestinationParameterName"] == "Within"
    assert [each["ColumnName"] for each in hierarchy["Columns"]] == ["ou", "service", "account"]
