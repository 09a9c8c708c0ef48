"""Pieces of a QuickSight definition, named as the API names them.

Source: Amazon QuickSight API Reference, DashboardVersionDefinition; CloudFormation's
AWS::QuickSight::Dashboard has the same names.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
BREAKDOWN, OUTLOOK = "breakdown", "outlook"
"""What the definition calls the data sets; Terraform says which they are."""
WIDTH = 36
"""Columns of a sheet's grid (API Reference, GridLayoutElement)."""


@dataclass(frozen=True)
class Visual:
    """A visual, and where it stands: columns and rows of the grid."""

    kind: str
    name: str
    title: str
    alt: str
    body: Json
    column: int
    width: int
    row: int
    height: int

    def as_json(self) -> Json:
        """Return it as the API takes it."""
        titles = {"Title": _label(self.title), "VisualContentAltText": self.alt}
        return {self.kind: {"VisualId": self.name, **titles, **self.body}}

    def place(self) -> Json:
        """Return its place on the sheet."""
        return {
            "ElementId": self.name,
            "ElementType": "VISUAL",
            "ColumnIndex": self.column,
            "ColumnSpan": self.width,
            "RowIndex": self.row,
            "RowSpan": self.height,
        }


def column(data_set: str, name: str) -> Json:
    """Name a column of a data set."""
    return {"DataSetIdentifier": data_set, "ColumnName": name}


def category(data_set: str, name: str, field: str, hierarchy: str = "") -> Json:
    """Group by a text."""
    more = {"HierarchyId": hierarchy} if hierarchy else {}
    return {
        "CategoricalDimensionField": {"FieldId": field, "Column": column(data_set, name), **more}
    }


def date(data_set: str, name: str, field: str, granularity: str = "DAY") -> Json:
    """Group by a date."""
    return {
        "DateDimensionField": {
            "FieldId": field,
            "Column": column(data_set, name),
            "DateGranularity": granularity,
        }
    }


def total(data_set: str, name: str, field: str) -> Json:
    """Add a number up: filters see to it that only what may be added up is left."""
    return {
        "NumericalMeasureField": {
            "FieldId": field,
            "Column": column(data_set, name),
            "AggregationFunction": {"SimpleNumericalAggregation": "SUM"},
        }
    }


def count(data_set: str, name: str, field: str) -> Json:
    """Count the rows that have a text."""
    return {
        "CategoricalMeasureField": {
            "FieldId": field,
            "Column": column(data_set, name),
            "AggregationFunction": "COUNT",
        }
    }


def wells(kind: str, **fields: Any) -> Json:
    """Fill a visual's field wells."""
    return {"FieldWells": {kind: fields}}


def colour(expression: str, shade: str) -> Json:
    """Colour what a condition holds for."""
    return {"Solid": {"Expression": expression, "Color": shade}}


def icon(expression: str, shape: str, shade: str) -> Json:
    """Put a shape beside what a condition holds for: a colour alone tells some readers nothing."""
    options = {"Icon": shape}
    return {"CustomCondition": {"Expression": expression, "IconOptions": options, "Color": shade}}


def equals(data_set: str, name: str, value: str) -> Json:
    """Keep the rows with this text."""
    chosen = {"CategoryValue": value, "MatchOperator": "EQUALS", "NullOption": "NON_NULLS_ONLY"}
    return _category_filter(data_set, name, chosen)


def by_parameter(data_set: str, name: str, parameter: str, operator: str = "EQUALS") -> Json:
    """Keep the rows whose text is, or begins with, what a parameter says."""
    chosen = {
        "ParameterName": parameter,
        "MatchOperator": operator,
        "NullOption": "NON_NULLS_ONLY",
    }
    return _category_filter(data_set, name, chosen)


def _category_filter(data_set: str, name: str, chosen: Json) -> Json:
    return {
        "CategoryFilter": {
            "FilterId": "",
            "Column": column(data_set, name),
            "Configuration": {"CustomFilterConfiguration": chosen},
        }
    }


def group(name: str, condition: Json, sheets: dict[str, Sequence[str]]) -> Json:
    """Hold a filter over visuals, sheet by sheet."""
    ((kind, body),) = condition.items()
    scope = [
        {"SheetId": sheet, "Scope": "SELECTED_VISUALS", "VisualIds": list(visuals)}
        for sheet, visuals in sheets.items()
    ]
    return {
        "FilterGroupId": name,
        "Filters": [{kind: body | {"FilterId": f"{name}-filter"}}],
        "ScopeConfiguration": {"SelectedSheets": {"SheetVisualScopingConfigurations": scope}},
        "Status": "ENABLED",
        "CrossDataset": "SINGLE_DATASET",
    }


def drop_down(name: str, title: str, parameter: str, data_set: str, of: str) -> Json:
    """Let a reader choose a parameter's value among a column's."""
    return {
        "Dropdown": {
            "ParameterControlId": name,
            "Title": title,
            "SourceParameterName": parameter,
            "Type": "SINGLE_SELECT",
            "SelectableValues": {"LinkToDataSetColumn": column(data_set, of)},
        }
    }


def parameter(name: str, default: str) -> Json:
    """Declare a text that a reader may choose."""
    return {
        "StringParameterDeclaration": {
            "ParameterValueType": "SINGLE_VALUED",
            "Name": name,
            "DefaultValues": {"StaticValues": [default]},
        }
    }


def layout(elements: Iterable[Json]) -> Json:
    """Arrange a sheet's elements."""
    canvas = {
        "ScreenCanvasSizeOptions": {"ResizeOption": "FIXED", "OptimizedViewPortWidth": "1600px"}
    }
    grid = {"Elements": list(elements), "CanvasSizeOptions": canvas}
    return {"Configuration": {"GridLayout": grid}}


def control_layout(names: Sequence[tuple[str, str]]) -> Json:
    """Arrange a sheet's controls side by side: (kind, id) each."""
    width = WIDTH // max(len(names), 3)
    elements = [
        {
            "ElementId": name,
            "ElementType": kind,
            "ColumnIndex": width * place,
            "ColumnSpan": width,
            "RowIndex": 0,
            "RowSpan": 1,
        }
        for place, (kind, name) in enumerate(names)
    ]
    return {"Configuration": {"GridLayout": {"Elements": elements}}}


def amount_format(decimals: int) -> Json:
    """Write amounts with thousands separated; the currency is in a column of its own."""
    separators = {
        "DecimalSeparator": "DOT",
        "ThousandsSeparator": {"Symbol": "COMMA", "Visibility": "VISIBLE"},
    }
    numbers = {
        "SeparatorConfiguration": separators,
        "DecimalPlacesConfiguration": {"DecimalPlaces": decimals},
        "NumberScale": "NONE",
    }
    return {
        "NumberFormatConfiguration": {
            "FormatConfiguration": {"NumberDisplayFormatConfiguration": numbers}
        }
    }


def _label(text: str) -> Json:
    return {"Visibility": "VISIBLE", "FormatText": {"PlainText": text}}
