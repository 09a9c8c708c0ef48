"""The second sheet: where it goes, from the chosen OU to its services and its accounts."""

from daybook.quicksight.parts import (
    BREAKDOWN,
    WIDTH,
    Json,
    Visual,
    category,
    column,
    date,
    total,
    wells,
)

PATH = ("ou", "service", "account")
"""The drill's levels."""


def visuals() -> list[Visual]:
    """Return the sheet's visuals, top to bottom."""
    return [_bars(), _days(), _table()]


def _bars() -> Visual:
    """One bar per OU; drilling down shows an OU's services, and a service's accounts."""
    filled = wells(
        "BarChartAggregatedFieldWells",
        Category=[category(BREAKDOWN, PATH[0], "bars-ou", "ou-service-account")],
        Values=[total(BREAKDOWN, "dailycost", "bars-cost")],
        Colors=[],
        SmallMultiples=[],
    )
    levels = [column(BREAKDOWN, name) for name in PATH]
    drill = {"HierarchyId": "ou-service-account", "Columns": levels}
    largest = {"CategorySort": [{"FieldSort": {"FieldId": "bars-cost", "Direction": "DESC"}}]}
    return Visual(
        "BarChartVisual",
        "where",
        "Where it goes: drill down from OU to service to account",
        "Cost by OU; drilled down by service, and then by account",
        {
            "ChartConfiguration": filled
            | {"Orientation": "HORIZONTAL", "SortConfiguration": largest},
            "ColumnHierarchies": [{"ExplicitHierarchy": drill}],
            "Actions": [_filter_the_rest()],
        },
        column=0,
        width=18,
        row=0,
        height=14,
    )


def _filter_the_rest() -> Json:
    """What is chosen in the bars is what the sheet's other visuals show."""
    operation = {
        "SelectedFieldsConfiguration": {"SelectedFieldOptions": "ALL_FIELDS"},
        "TargetVisualsConfiguration": {
            "SameSheetTargetVisualConfiguration": {"TargetVisualOptions": "ALL_VISUALS"}
        },
    }
    return {
        "CustomActionId": "filter-the-rest",
        "Name": "Only this",
        "Status": "ENABLED",
        "Trigger": "DATA_POINT_CLICK",
        "ActionOperations": [{"FilterOperation": operation}],
    }


def _days() -> Visual:
    filled = wells(
        "LineChartAggregatedFieldWells",
        Category=[date(BREAKDOWN, "billingdate", "days-day")],
        Values=[total(BREAKDOWN, "dailycost", "days-cost")],
        Colors=[category(BREAKDOWN, "service", "days-service")],
    )
    return Visual(
        "LineChartVisual",
        "days",
        "Day by day, by service",
        "Daily cost by service in the chosen OU",
        {"ChartConfiguration": filled | {"Type": "LINE"}},
        column=18,
        width=18,
        row=0,
        height=14,
    )


def _table() -> Visual:
    rows = [category(BREAKDOWN, name, f"table-{name}") for name in (*PATH, "chargetype")]
    filled = wells(
        "PivotTableAggregatedFieldWells",
        Rows=rows,
        Columns=[],
        Values=[total(BREAKDOWN, "dailycost", "table-cost")],
    )
    return Visual(
        "PivotTableVisual",
        "all",
        "Every OU, service, account and charge type",
        "Cost by OU, service, account and charge type, to be exported as CSV",
        {"ChartConfiguration": filled},
        column=0,
        width=WIDTH,
        row=14,
        height=14,
    )
