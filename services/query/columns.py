"""Finds a source's columns among those that a file has.

Names are compared by their letters and digits: `lineItem/UnblendedCost` of a legacy CSV,
`line_item_unblended_cost` of a Parquet file and Athena's lower case are the same column.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from services.query.sources import SourceFormat
from shared.errors import InputError

Found = tuple[str, str]
"""A column as a file has it: its name and its type."""


def find_columns(
    file: object, present: Iterable[Found], names: Iterable[str]
) -> tuple[Found | None, ...]:
    """Return the named columns as the file has them; None for those that it lacks.

    Raises InputError when two of the file's columns could be meant.
    """
    known: dict[str, list[Found]] = defaultdict(list)
    for name, kind in present:
        known[plain_name(name)].append((name, kind))
    return tuple(_only(file, known[plain_name(name)]) for name in names)


def source_columns(
    source: SourceFormat, file: object, present: Iterable[Found]
) -> tuple[Found | None, ...]:
    """Return a source's columns in its order; raise InputError when a required one is lacking."""
    columns = find_columns(file, present, [column.name for column in source.columns])
    for column, found in zip(source.columns, columns, strict=True):
        if column.required and found is None:
            raise InputError(
                file,
                f"has no column {column.name}",
                "Add it to the export's column selection, or state the format that it has",
                where=column.name,
            )
    return columns


def count_lacking(
    source: SourceFormat, by_file: Iterable[tuple[Found | None, ...]]
) -> Counter[str]:
    """Count by column the files that lack it."""
    return Counter(
        column.name
        for columns in by_file
        for column, found in zip(source.columns, columns, strict=True)
        if found is None
    )


def _only(file: object, candidates: list[Found]) -> Found | None:
    if len(candidates) > 1:
        both = " and ".join(name for name, _ in candidates)
        raise InputError(file, f"has {both}, which are one column", "Keep the one that counts")
    return candidates[0] if candidates else None


def plain_name(column: str) -> str:
    """Return a column's name without what the formats spell differently."""
    return re.sub(r"[^a-z0-9]", "", column.lower())


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
