"""Which of an export's files DuckDB cannot read, and why."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from services.query.embedded import EmbeddedQuery
from shared.days import Period
from shared.errors import InputError

OpenQuery = Callable[[Period, list[Path]], EmbeddedQuery]
OF_CONTENT = (duckdb.DataError, duckdb.InvalidInputException, duckdb.SerializationException)
"""What the bytes of a file can be to blame for; memory, for one, is not among it."""


@contextmanager
def naming_the_file(
    open_query: OpenQuery, period: Period, files: list[Path]
) -> Iterator[EmbeddedQuery]:
    """Open a query; raise InputError that names the file when one cannot be read.

    What is no file's fault, such as a full disk, is raised as it is.
    """
    try:
        with open_query(period, files) as query:
            yield query
    except (*OF_CONTENT, duckdb.IOException) as error:
        culprit = _culprit(open_query, period, files)
        if culprit is None and isinstance(error, OF_CONTENT):
            culprit = unreadable(files[0].parent, error)
        if culprit is None:
            raise
        raise culprit from error


def unreadable(path: Path, error: duckdb.Error) -> InputError:
    """Return the error for a file that DuckDB cannot read."""
    reason = str(error).strip().splitlines()[0]
    return InputError(
        path, f"cannot be read: {reason}", "It may be truncated: copy it again from the export"
    )


def _culprit(open_query: OpenQuery, period: Period, files: list[Path]) -> InputError | None:
    """Read the files one by one, until one fails."""
    for file in files:
        try:
            with open_query(period, [file]) as query:
                query.control()
        except duckdb.Error as error:
            return unreadable(file, error)
    return None
