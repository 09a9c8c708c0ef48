"""Composes a query from Daybook's SQL: the common statement over the source's line view.

The SQL is written once, in Athena's dialect; the engine that runs it names its own.
"""

from functools import lru_cache

import sqlglot
from sqlglot import exp

from services.query.sources import SOURCES, SourceFormat, read_sql
from shared.days import Period


@lru_cache(maxsize=64)
def statement(name: str, source: SourceFormat, period: Period, dialect: str) -> str:
    """Return `sql/<name>.sql` over a source's lines of a period, as the dialect spells it."""
    query = reading(parsed(read_sql(name)), "lines", lines_of(source, period))
    return query.sql(dialect=dialect, comments=False)


def lines_of(source: SourceFormat, period: Period) -> exp.Query:
    """Return the source's line view, for one period, with its columns by name."""
    inner = _source(source)
    view = parsed(read_sql("lines"))
    named = [column for column in view.selects if not column.is_star]
    view.set("expressions", [*named, *(exp.column(name, "source") for name in inner.named_selects)])
    return _within(reading(view, "source", inner), period)


def _source(source: SourceFormat) -> exp.Query:
    """Return the source's lines, by the day that their usage starts."""
    query = parsed(source.sql)
    if source.spelled_as:
        return reading(_source(SOURCES[source.spelled_as]), "export", query)
    return query


def _within(query: exp.Query, period: Period) -> exp.Query:
    """Put the first and the last day of the period in their places."""
    dates = {"period_first": period.first, "period_last": period.last}
    for column in list(query.find_all(exp.Column)):
        if column.name in dates:
            day = exp.Literal.string(dates[column.name].isoformat())
            column.replace(exp.cast(day, "date"))
    return query


def parsed(sql: str) -> exp.Query:
    """Parse a query in Athena's dialect; raise TypeError for a statement that is none."""
    query = sqlglot.parse_one(sql, dialect="athena")
    if not isinstance(query, exp.Query):
        raise TypeError(f"not a query: {sql}")
    return query


def reading(query: exp.Query, name: str, inner: exp.Query) -> exp.Query:
    """Return the query with `inner` in the place of the table `name`."""
    for table in [found for found in query.find_all(exp.Table) if found.name == name]:
        table.replace(inner.copy().subquery(name))
    return query
