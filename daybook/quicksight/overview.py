"""The first sheet: are we fine? Lights, months, the month so far, and its forecast."""

from daybook.quicksight.parts import (
    OUTLOOK,
    WIDTH,
    Json,
    Visual,
    colour,
    column,
    count,
    date,
    icon,
    total,
    wells,
)

SHEET, DRILL = "overview", "drill"
WITHIN, CURRENCY = "Within", "Currency"
"""Parameters: the OU (as the column `within` has it) and the currency that readers chose."""
LIGHTS = {
    "red": ("SQUARE", "#B3261E"),
    "yellow": ("TRIANGLE", "#8A5A00"),
    "green": ("CIRCLE", "#1A7338"),
    "grey": ("MINUS", "#5A626E"),
}
"""Shape and colour of each light, as in the mail (services/notifier/report/look.py)."""
TABLE = {
    "ou": "OU",
    "light": "Light",
    "reason": "Why",
    "monthtodate": "Month to date",
    "budget": "Budget",
    "monthendestimate": "Month end, expected",
    "monthendlow80": "80 % from",
    "monthendhigh80": "to",
    "currency": "Currency",
    "asof": "As of",
    "within": "Path",
}
HORIZON = {
    "ou": "OU",
    "next3months": "3 months, expected",
    "next3monthslow80": "3 months, 80 % from",
    "next3monthshigh80": "3 months, 80 % to",
    "next6months": "6 months, expected",
    "next6monthslow80": "6 months, 80 % from",
    "next6monthshigh80": "6 months, 80 % to",
    "currency": "Currency",
    "estimatemethod": "How",
}
ONE_AXIS = {"YAxisOptions": {"YAxis": "PRIMARY_Y_AXIS"}}
"""Bars and lines are amounts of one kind: two axes would make them look alike or apart."""


def visuals() -> list[Visual]:
    """Return the sheet's visuals, top to bottom."""
    return [*_counts(), _month_end(), _lights(), _months(), _burn_up(), _forecast(), _horizon()]


def _counts() -> list[Visual]:
    """How many OUs have each light: a number in its colour, with its shape."""
    return [
        Visual(
            "KPIVisual",
            f"ous-{light}",
            f"OUs {light}",
            f"How many OUs have a {light} light on the newest day",
            _count(light),
            column=6 * place,
            width=6,
            row=0,
            height=4,
        )
        for place, light in enumerate(("red", "yellow", "green"))
    ]


def _count(light: str) -> Json:
    shape, shade = LIGHTS[light]
    values = {"Values": [count(OUTLOOK, "ou", f"{light}-ous")], "TargetValues": []}
    some = "COUNT({ou}) > 0"
    formats = [{"TextColor": colour(some, shade)}, {"Icon": icon(some, shape, shade)}]
    options = [{"PrimaryValue": each} for each in formats]
    return {
        "ChartConfiguration": {"FieldWells": values | {"TrendGroups": []}},
        "ConditionalFormatting": {"ConditionalFormattingOptions": options},
    }


def _month_end() -> Visual:
    values = {
        "Values": [total(OUTLOOK, "monthendestimate", "end-estimate")],
        "TargetValues": [total(OUTLOOK, "budget", "end-budget")],
        "TrendGroups": [],
    }
    comparison = {"ComparisonMethod": "PERCENT_DIFFERENCE"}
    return Visual(
        "KPIVisual",
        "month-end",
        "Expected at month end, against the budget",
        "What the chosen OU is expected to cost this month, and its budget",
        {"ChartConfiguration": {"FieldWells": values, "KPIOptions": {"Comparison": comparison}}},
        column=18,
        width=18,
        row=0,
        height=4,
    )


def _lights() -> Visual:
    filled, labels = _table("light", TABLE)
    return Visual(
        "TableVisual",
        "lights",
        "Every OU: light, reason, month to date, forecast and budget",
        "One line per OU with its light in words, shape and colour. A click opens its services.",
        {
            "ChartConfiguration": {
                "FieldWells": filled,
                "SortConfiguration": {"RowSort": [_sorted("light-within", "ASC")]},
                "FieldOptions": {"SelectedFieldOptions": labels},
            },
            "ConditionalFormatting": {"ConditionalFormattingOptions": _light_formats()},
            "Actions": [_open_drill()],
        },
        column=0,
        width=WIDTH,
        row=4,
        height=10,
    )


def _light_formats() -> list[Json]:
    """The word stays; colour and shape come to it. What QuickSight does not know stays as it is."""
    texts = [
        text
        for light, (shape, shade) in LIGHTS.items()
        for holds in (f"{{light}} = '{light}'",)
        for text in ({"TextColor": colour(holds, shade)}, {"Icon": icon(holds, shape, shade)})
    ]
    return [{"Cell": {"FieldId": "light-light", "TextFormat": text}} for text in texts]


def _open_drill() -> Json:
    """From an OU's line to its services and accounts: first the sheet, then its parameter."""
    chosen = {"DestinationParameterName": WITHIN, "Value": {"SourceField": "light-within"}}
    return {
        "CustomActionId": "open-drill",
        "Name": "Services and accounts",
        "Status": "ENABLED",
        "Trigger": "DATA_POINT_CLICK",
        "ActionOperations": [
            {"NavigationOperation": {"LocalNavigationConfiguration": {"TargetSheetId": DRILL}}},
            {"SetParametersOperation": {"ParameterValueConfigurations": [chosen]}},
        ],
    }


def _months() -> Visual:
    filled = wells(
        "ComboChartAggregatedFieldWells",
        Category=[date(OUTLOOK, "asof", "months-month", "MONTH")],
        BarValues=[total(OUTLOOK, "monthtodate", "months-actual")],
        Colors=[],
        LineValues=[
            total(OUTLOOK, name, f"months-{name}")
            for name in ("budget", "monthendestimate", "monthendlow80", "monthendhigh80")
        ],
    )
    return Visual(
        "ComboChartVisual",
        "months",
        "Months: actual, budget and forecast",
        "Per month what was spent as a bar; budget and expected month end with its 80 % interval "
        "as lines",
        {
            "ChartConfiguration": filled
            | {"BarsArrangement": "CLUSTERED", "SingleAxisOptions": ONE_AXIS}
        },
        column=0,
        width=18,
        row=14,
        height=10,
    )


def _burn_up() -> Visual:
    return _lines(
        "burn-up",
        "This month so far, against the budget",
        "Month to date by day, and the month's budget",
        ("monthtodate", "budget"),
        column=18,
        row=14,
    )


def _forecast() -> Visual:
    return _lines(
        "forecast",
        "What this month was expected to cost, day by day, with 80 % and 95 % intervals",
        "The forecast of the month end as it was made on each day, with its intervals",
        (
            "monthendestimate",
            "monthendlow80",
            "monthendhigh80",
            "monthendlow95",
            "monthendhigh95",
            "budget",
        ),
        column=0,
        row=24,
    )


def _lines(
    name: str, title: str, alt: str, values: tuple[str, ...], *, column: int, row: int
) -> Visual:
    filled = wells(
        "LineChartAggregatedFieldWells",
        Category=[date(OUTLOOK, "asof", f"{name}-day")],
        Values=[total(OUTLOOK, value, f"{name}-{value}") for value in values],
        Colors=[],
    )
    return Visual(
        "LineChartVisual",
        name,
        title,
        alt,
        {"ChartConfiguration": filled | {"Type": "LINE"}},
        column=column,
        width=18,
        row=row,
        height=10,
    )


def _horizon() -> Visual:
    filled, labels = _table("ahead", HORIZON)
    return Visual(
        "TableVisual",
        "ahead",
        "The next 3 and 6 months, expected, with intervals",
        "Forecasts of the chosen OU for the next three and six calendar months",
        {
            "ChartConfiguration": {
                "FieldWells": filled,
                "FieldOptions": {"SelectedFieldOptions": labels},
            }
        },
        column=18,
        width=18,
        row=24,
        height=10,
    )


def _table(prefix: str, columns: dict[str, str]) -> tuple[Json, list[Json]]:
    """Return a table's field wells, and what its columns are called."""
    ids = {name: f"{prefix}-{name}" for name in columns}
    fields = [{"FieldId": ids[name], "Column": column(OUTLOOK, name)} for name in columns]
    labels = [{"FieldId": ids[name], "CustomLabel": label} for name, label in columns.items()]
    return {"TableUnaggregatedFieldWells": {"Values": fields}}, labels


def _sorted(field: str, direction: str) -> Json:
    return {"FieldSort": {"FieldId": field, "Direction": direction}}
