"""The whole definition: two sheets, their controls, and the filters that keep sums honest.

Every amount is filtered to one currency, and what holds a subtree's sum to one OU: QuickSight adds
up whatever it is shown.
"""

import json
from collections.abc import Sequence

from daybook.quicksight import drill, overview
from daybook.quicksight.overview import CURRENCY, DRILL, SHEET, WITHIN
from daybook.quicksight.parts import (
    BREAKDOWN,
    OUTLOOK,
    Json,
    Visual,
    amount_format,
    by_parameter,
    column,
    control_layout,
    drop_down,
    equals,
    group,
    layout,
    parameter,
)
from shared.topology import Topology, load_topology

EVERY_OU = "Root/"
DISPLAY_CURRENCY = "DISPLAY_CURRENCY"
"""Terraform puts the currency of its variable `quicksight` here."""
AMOUNTS = ("decimal(38,12)", "double")
DAYS = 31
COUNTS = ("ous-red", "ous-yellow", "ous-green")
ONE_OU = ("month-end", "months", "burn-up", "forecast", "ahead")
NEWEST = (*COUNTS, "month-end", "lights", "ahead")
DRILLED = ("where", "days", "all")


def text() -> str:
    """Return the definition as infra/quicksight/dashboard.json has it."""
    return json.dumps(definition(load_topology()), indent=1, ensure_ascii=False) + "\n"


def definition(topology: Topology) -> Json:
    """Return the definition, but for where its data sets are."""
    return {
        "ParameterDeclarations": [
            parameter(WITHIN, EVERY_OU),
            parameter(CURRENCY, DISPLAY_CURRENCY),
        ],
        "Sheets": [_overview(), _drill()],
        "FilterGroups": _filters(),
        "ColumnConfigurations": _formats(topology),
    }


def _overview() -> Json:
    return _sheet(SHEET, "Are we fine?", overview.visuals())


def _drill() -> Json:
    period = {
        "RelativeDateTime": {
            "FilterControlId": "drill-days",
            "Title": "Days",
            "SourceFilterId": "days-filter",
        }
    }
    sheet = _sheet(DRILL, "Where it goes", drill.visuals(), (("FILTER_CONTROL", "drill-days"),))
    return sheet | {"FilterControls": [period]}


def _sheet(
    name: str, title: str, visuals: Sequence[Visual], more: tuple[tuple[str, str], ...] = ()
) -> Json:
    chosen, currency = f"{name}-ou", f"{name}-currency"
    controls = (("PARAMETER_CONTROL", chosen), ("PARAMETER_CONTROL", currency), *more)
    return {
        "SheetId": name,
        "Name": title,
        "ContentType": "INTERACTIVE",
        "ParameterControls": [
            drop_down(chosen, "OU and what is below it", WITHIN, OUTLOOK, "within"),
            drop_down(currency, "Currency", CURRENCY, OUTLOOK, "currency"),
        ],
        "Visuals": [visual.as_json() for visual in visuals],
        "Layouts": [layout(visual.place() for visual in visuals)],
        "SheetControlLayouts": [control_layout(controls)],
    }


def _filters() -> list[Json]:
    of_outlook = (*NEWEST, "months", "burn-up", "forecast")
    last_days = {
        "RelativeDatesFilter": {
            "FilterId": "",
            "Column": column(BREAKDOWN, "billingdate"),
            "AnchorDateConfiguration": {"AnchorOption": "NOW"},
            "TimeGranularity": "DAY",
            "RelativeDateType": "LAST",
            "RelativeDateValue": DAYS,
            "NullOption": "NON_NULLS_ONLY",
        }
    }
    inside = by_parameter(BREAKDOWN, "within", WITHIN, "STARTS_WITH")
    return [
        group("one-currency", by_parameter(OUTLOOK, "currency", CURRENCY), {SHEET: of_outlook}),
        group("one-ou", by_parameter(OUTLOOK, "within", WITHIN), {SHEET: ONE_OU}),
        group("newest", equals(OUTLOOK, "newest", "yes"), {SHEET: NEWEST}),
        group("month-newest", equals(OUTLOOK, "month_newest", "yes"), {SHEET: ("months",)}),
        group("month", equals(OUTLOOK, "this_month", "yes"), {SHEET: ("burn-up", "forecast")}),
        *(
            group(name, equals(OUTLOOK, "light", name.removeprefix("ous-")), {SHEET: (name,)})
            for name in COUNTS
        ),
        group("drilled-currency", by_parameter(BREAKDOWN, "currency", CURRENCY), {DRILL: DRILLED}),
        group("inside", inside, {DRILL: DRILLED}),
        group("days", last_days, {DRILL: DRILLED}),
    ]


def _formats(topology: Topology) -> list[Json]:
    tables = {BREAKDOWN: "ou_breakdown", OUTLOOK: "ou_outlook"}
    return [
        {"Column": column(data_set, name.lower()), "FormatConfiguration": amount_format(decimals)}
        for data_set, table in tables.items()
        for name, kind, _ in topology.tables[table].columns
        if kind in AMOUNTS and name != "BackTestError"
        for decimals in ((2,) if data_set == BREAKDOWN else (0,))
    ]
