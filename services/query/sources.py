"""The cost exports that Daybook reads: one `sql/<name>.sql` each, named in the configuration.

A source's file begins with a comment that is read here:

    -- layout: data-exports              how its manifests are laid out: see `layouts.py`
    -- spelled as: cur2                  optional: the source whose columns the query returns
    -- null text: NULL                   optional: what stands for null in a CSV
    -- period: column, column            which column dates the billing period; else the next one
    -- columns:
    --   name  type  required            every file must have it
    --   name  type                      read when it is there
    --   name  type  [when]
    --     what is wrong without it      said when it is not there

`when` names the line types that it matters to, or `partly`: only when some of the files have it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import get_args

from shared.config import SourceName

TEXT, MAP, MONEY, TIMESTAMP = "VARCHAR", "MAP(VARCHAR, VARCHAR)", "DECIMAL(38,12)", "TIMESTAMP"
KINDS = {"text": TEXT, "map": MAP, "money": MONEY, "timestamp": TIMESTAMP}
"""The DuckDB types a column is read as when the export is CSV, where everything is text."""
PARTLY = "partly"
_COLUMN = re.compile(r"  (\w+)\s+(\w+)\s*(required)?(?:\[(.+)\])?")


@dataclass(frozen=True)
class Column:
    """A column of an export; `lacking` says what is wrong without it, to the types in `when`."""

    name: str
    kind: str
    required: bool = False
    when: frozenset[str] = frozenset()
    lacking: str = ""

    def matters(self, line_types: Iterable[str], *, partly: bool) -> bool:
        """Say whether an export with these line types suffers from the column's absence."""
        if not self.lacking or (self.when == {PARTLY} and not partly):
            return False
        return self.when <= {PARTLY} or not self.when.isdisjoint(line_types)


@dataclass(frozen=True)
class SourceFormat:
    """How one export format becomes Daybook's line view, as its `.sql` file says."""

    name: str
    layout: str
    columns: tuple[Column, ...]
    period: tuple[str, ...]
    spelled_as: str = ""
    null_text: str = ""

    @property
    def required(self) -> dict[str, str]:
        """The columns that every file must have, with their types."""
        return {column.name: column.kind for column in self.columns if column.required}

    @property
    def sql(self) -> str:
        """The query in Athena's dialect: to the line view, or to the source it is spelled as."""
        return read_sql(self.name)

    def notes(
        self, lacking: Mapping[str, int], of_files: int, line_types: Iterable[str]
    ) -> Iterator[str]:
        """Say what an export lacks; `lacking` counts by column the files that do not have it."""
        types = set(line_types)
        for column in self.columns:
            count = lacking.get(column.name, 0)
            if count and column.matters(types, partly=count < of_files):
                yield _note(column, count, of_files)


def _note(column: Column, count: int, of_files: int) -> str:
    if count == of_files:
        return f"The export lacks {column.name}: {column.lacking}."
    return f"Of {of_files} files {count} lack {column.name}; of their lines: {column.lacking}."


def read_sql(name: str) -> str:
    """Return the text of `sql/<name>.sql`."""
    return files(__package__).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


@dataclass
class _Header:
    """The comment at the top of a source's file, line by line."""

    values: dict[str, str] = field(default_factory=dict)
    columns: list[Column] = field(default_factory=list)

    def add(self, line: str) -> None:
        if line.startswith("    "):
            lacking = f"{self.columns[-1].lacking} {line.strip()}".strip()
            self.columns[-1] = replace(self.columns[-1], lacking=lacking)
        elif found := _COLUMN.fullmatch(line):
            name, kind, required, when = found.groups()
            types = frozenset((when or "").replace(",", " ").split())
            self.columns.append(Column(name, KINDS[kind], required is not None, types))
        else:
            key, _, value = line.partition(":")
            self.values[key] = value.strip()


@cache
def read_source(name: str) -> SourceFormat:
    """Read a source from the comment that its file begins with; raises KeyError when it lacks."""
    header = _Header()
    for line in read_sql(name).splitlines():
        if not line.startswith("--"):
            break
        header.add(line[3:])
    values = header.values
    return SourceFormat(
        name=name,
        layout=values["layout"],
        columns=tuple(header.columns),
        period=tuple(values["period"].split(", ")),
        spelled_as=values.get("spelled as", ""),
        null_text=values.get("null text", ""),
    )


SOURCES = {name: read_source(name) for name in get_args(SourceName)}
CUR2 = SOURCES["cur2"]
