"""The count of the table's rows by day, as the query engine answers it."""

from collections.abc import Iterable, Sequence
from datetime import date
from importlib.resources import files

from services.auditor.listed import day_of


class Uncounted(Exception):  # noqa: N818 - a finding of the audit, and not the end of it
    """The query engine gave no count; says why."""


def statement() -> str:
    """Return the query, in Athena's dialect."""
    return files(__package__).joinpath("sql", "rows.sql").read_text(encoding="utf-8")


def counted(rows: Iterable[Sequence[object]]) -> dict[date, int]:
    """Return (year, month, day, count) rows as counts by day.

    Rows of a partition that names no day count for none: what is wrong there is the partition.
    """
    found: dict[date, int] = {}
    for *values, count in rows:
        if day := day_of(values):
            found[day] = found.get(day, 0) + int(str(count))
    return found
