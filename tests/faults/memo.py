"""Remembers pure work: DuckDB's answers, the configuration, the PDF, Parquet, points in time.

What is remembered was computed by the shipped code for exactly the same bytes; everything that
touches the world is done anew in every schedule.
"""

import contextlib
import hashlib
import os
import shutil
import sys
import tempfile
import uuid
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from botocore import parsers

from services.notifier import snapshot
from services.notifier.dashboard.model import Dashboard
from services.notifier.executive.content import content
from services.notifier.executive.document import executive_pdf
from services.notifier.executive.months import months_by_currency
from services.notifier.report.report import Report
from services.query import embedded_engine
from services.query.embedded_engine import DayFiles
from services.query.engine import Control
from shared import service
from shared.config import Config, load_config
from shared.parquet import from_parquet

Staged = tuple[Control, dict[date, DayFiles]]
Parts = list[tuple[str, bytes]]
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder in memory, where there is one
"""Where each work in hand has its folder."""
_REAL_QUERY = embedded_engine._query
_KNOWN: dict[str, tuple[Control, dict[date, list[Parts]]]] = {}
_REAL_CONFIG = load_config
_PDFS: dict[str, bytes] = {}
_table = lru_cache(maxsize=4096)(from_parquet)
_timestamp = lru_cache(maxsize=4096)(parsers.DEFAULT_TIMESTAMP_PARSER)
REAL_ENGINE: list[bool] = []
"""Not empty: every query goes to DuckDB itself."""
IN_A_COPY: list[bool] = []
"""Not empty: this process is a fork, in which no library may start whose threads were left."""


def _query(
    open_query: Any, delivery: Any, files: list[Path], organization: Any, folder: Path
) -> Staged:
    how = open_query.func.__name__
    sum_ = hashlib.sha256(repr((how, delivery.period, organization.to_pylist())).encode())
    for file in files:
        sum_.update(file.read_bytes())
    key = sum_.hexdigest()
    if key not in _KNOWN or REAL_ENGINE:
        _leave_to_a_process_of_its_own()
        control, staged = _REAL_QUERY(open_query, delivery, files, organization, folder)
        contents = {day: [_contents(s) for s in each] for day, each in staged.items()}
        _KNOWN[key] = control, contents
        for name in ("staged", "sums", "drivers"):
            shutil.rmtree(folder / name)
    control, contents = _KNOWN[key]
    return control, {
        day: DayFiles(*(_lay(folder / f"{day}-{n}", parts) for n, parts in enumerate(each)))
        for day, each in contents.items()
    }


def _leave_to_a_process_of_its_own() -> None:
    """End a copy that says nothing: whoever made it runs the schedule by itself (branches.py)."""
    if IN_A_COPY:
        os._exit(0)


def _contents(files: list[Path]) -> Parts:
    return [(file.name, file.read_bytes()) for file in files]


def _lay(folder: Path, parts: Parts) -> list[Path]:
    folder.mkdir(parents=True)
    for name, body in parts:
        (folder / name).write_bytes(body)
    return [folder / name for name, _ in parts]


@lru_cache(maxsize=8)
def _config(text: str, name: str) -> Config:
    return _REAL_CONFIG(text, name)


def _pdf(report: Report, board: Dashboard) -> bytes:
    """Set a PDF once for the same texts and drawings."""
    months = months_by_currency(board)
    drawn = [(m.months(), m.so_far(), m.by_day(report.restated_days)) for m in months.values()]
    key = repr((report.figures.day, content(report, months), drawn))
    if key not in _PDFS:
        _leave_to_a_process_of_its_own()
        _PDFS[key] = executive_pdf(report, board)
    return _PDFS[key]


@contextlib.contextmanager
def memoised(seed: int) -> Iterator[None]:
    """Put the memory in place, and ids that are the same in every replay."""
    numbers = iter(range(seed * 1_000_000, (seed + 1) * 1_000_000))
    ids = SimpleNamespace(uuid4=lambda: uuid.UUID(int=next(numbers)))
    with contextlib.ExitStack() as stack:
        folder = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        stack.enter_context(patch.object(embedded_engine, "_query", _query))
        stack.enter_context(patch.object(service, "load_config", _config))
        stack.enter_context(patch.object(snapshot, "executive_pdf", _pdf))
        stack.enter_context(patch.object(tempfile, "tempdir", stack.enter_context(folder)))
        stack.enter_context(patch.object(parsers, "DEFAULT_TIMESTAMP_PARSER", _timestamp))
        _everywhere(stack, "uuid", uuid, ids)
        _everywhere(stack, "from_parquet", from_parquet, _table)
        yield


def _everywhere(stack: contextlib.ExitStack, name: str, real: object, ours: object) -> None:
    """Put ours in the place of the real one in every module that has imported it."""
    for place, module in list(sys.modules.items()):
        if place.startswith(("services.", "shared.")) and vars(module).get(name) is real:
            stack.enter_context(patch.object(module, name, ours))
