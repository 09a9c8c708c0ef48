"""The count of the table's rows by day, as the query engine answers it."""

from collections.abc import Iterable, Sequence
from datetime import date
from importlib.resources import files


def statement() -> str:
    """Return the query, in Athena's dialect."""
    return files(__package__).joinpath("sql", "rows.sql").read_text(encoding="utf-8")


def counted(rows: Iterable[Sequence[object]]) -> dict[date, int]:
    """Return (year, month, day, count) rows as counts by day."""
    found: dict[date, int] = {}
    for row in rows:
        year, month, day, count = (int(str(value)) for value in row)
        found[date(year, month, day)] = count
    return found
