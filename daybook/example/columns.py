"""The columns of a CUR 2.0 export, read from `columns.csv`."""

import csv
from pathlib import Path


def _read() -> dict[str, str]:
    with Path(__file__).with_name("columns.csv").open(encoding="utf-8", newline="") as file:
        return {row["column"]: row["type"] for row in csv.DictReader(file)}


def _is_always_a_number(column: str) -> bool:
    optional = column.startswith(("split_line_item_", "discount_")) or "_net_" in column
    return COLUMNS[column] == "double" and not optional


COLUMNS = _read()
"""Every column and its type, in the export's order."""

ZEROED = frozenset(filter(_is_always_a_number, COLUMNS))
"""Numbers that AWS states as 0.0 on lines they do not concern; the others stay empty there."""

EMPTY_MAPS = frozenset({"cost_category", "discount", "product", "resource_tags"})
"""Maps that AWS states as {} on lines they do not concern; `tags` stays empty there."""
