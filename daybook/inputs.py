"""Checks everything a person gives to a run before anything is started or written."""

import asyncio
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from services.query.embedded import EmbeddedQuery
from services.query.engine import Control
from services.query.export import Export
from services.query.folder import FolderExportStore
from services.query.manifest import Delivery
from services.query.organization import parse_organization
from services.query.sources import SOURCES, SourceFormat
from shared.config import load_config
from shared.days import Period
from shared.errors import InputError

DEFAULT_CONFIG = """\
digest:
  sender: daybook@example.com
  recipients: [finops@example.com]
"""
MANIFESTS = "metadata/BILLING_PERIOD=YYYY-MM/…-Manifest.json"


@dataclass(frozen=True)
class Inputs:
    """A run's inputs, found good."""

    source: Path
    source_format: str
    deliveries: dict[Period, Delivery]
    organization: bytes
    config_text: str
    given: dict[str, Any]
    day: date
    control: Control

    @property
    def period(self) -> Period:
        """The billing period of the day."""
        return Period.of(self.day)


@dataclass(frozen=True)
class InputFiles:
    """Where a person says the inputs are; `given` are the sections that the stack decides."""

    source: Path
    source_format: str
    organization: Path
    config: Path | None
    given: dict[str, Any]


async def check_inputs(files: InputFiles, day: date | None) -> Inputs:
    """Read and check everything; raise InputError that names file, place and remedy."""
    if files.source_format not in SOURCES:
        raise InputError(
            f"--format {files.source_format}",
            "is not there yet",
            f"Formats so far: {', '.join(SOURCES)}",
        )
    export = Export(FolderExportStore(_folder(files.source)))
    deliveries = await _deliveries(export, files.source)
    organization = _read(files.organization, "Point --organization at the organization CSV")
    parse_organization(organization, files.organization)
    config_text = (
        _read(files.config, "Point --config at daybook.yaml").decode("utf-8", errors="replace")
        if files.config
        else DEFAULT_CONFIG
    )
    load_config(config_text, files.config or "daybook.yaml", files.given)
    chosen, control = await _choose_day(export, files, deliveries, day)
    return Inputs(
        files.source,
        files.source_format,
        deliveries,
        organization,
        config_text,
        files.given,
        chosen,
        control,
    )


def _read(file: Path, remedy: str) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(file, error.strerror or "cannot be read", remedy) from None


def _folder(source: Path) -> Path:
    remedy = "Point --source at the folder that holds the export's data/ and metadata/"
    if not source.is_dir():
        raise InputError(source, "is not a folder", remedy)
    if not any(source.iterdir()):
        raise InputError(source, "is empty", remedy)
    return source


async def _deliveries(export: Export, source: Path) -> dict[Period, Delivery]:
    periods = await export.periods()
    if not periods:
        raise InputError(
            source,
            f"has no manifest ({MANIFESTS})",
            "Copy the export's metadata/ folder beside its data/ folder",
        )
    found = [await export.delivery(period) for period in sorted(periods)]
    return {delivery.period: delivery for delivery in found if delivery}


async def _choose_day(
    export: Export, files: InputFiles, deliveries: dict[Period, Delivery], day: date | None
) -> tuple[date, Control]:
    """Take the day asked for, or the last complete one, with its period's control totals."""
    if day and Period.of(day) not in deliveries:
        raise _outside(files.source, day, deliveries)
    newest = max(deliveries)
    period = Period.of(day) if day else newest
    control = await _control(export, files, deliveries[period])
    if day is None:
        chosen = control.complete_through(period, followed=False)
        if chosen and control.first_day and chosen < control.first_day:
            chosen = None
        if chosen is None and len(deliveries) > 1:
            chosen = sorted(deliveries)[-2].last
            control = await _control(export, files, deliveries[Period.of(chosen)])
        return chosen or control.last_day or period.first, control
    earliest = control.first_day if period == min(deliveries) else period.first
    if control.last_day is None or earliest is None or not earliest <= day <= control.last_day:
        reach = f"{period} reaches from {earliest} to {control.last_day}"
        raise InputError(files.source, f"has no data of {day}: {reach}", "Choose another --day")
    return day, control


def _outside(source: Path, day: date, deliveries: dict[Period, Delivery]) -> InputError:
    reach = ", ".join(str(period) for period in sorted(deliveries))
    problem = f"has no data of {day}: its billing periods are {reach}"
    return InputError(source, problem, "Choose another --day")


async def _control(export: Export, files: InputFiles, delivery: Delivery) -> Control:
    source = SOURCES[files.source_format]
    paths = await export.fetch(delivery, files.source)
    return await asyncio.to_thread(_add_up, source, delivery.period, paths)


def _add_up(source: SourceFormat, period: Period, paths: list[Path]) -> Control:
    """Read every line once; when that fails, find the file that is to blame."""
    try:
        with EmbeddedQuery(source, period, paths) as query:
            control = query.control()
    except duckdb.Error as error:
        raise _culprit(source, period, paths, error) from None
    if control.last_day is None:
        raise InputError(paths[0], "has no line items", "Wait for the export to be delivered")
    return control


def _culprit(
    source: SourceFormat, period: Period, paths: list[Path], error: duckdb.Error
) -> InputError:
    for path in paths:
        try:
            with EmbeddedQuery(source, period, [path]) as query:
                query.control()
        except duckdb.Error as own:
            return _unreadable(path, own)
    return _unreadable(paths[0].parent, error)


def _unreadable(path: Path, error: duckdb.Error) -> InputError:
    reason = str(error).strip().splitlines()[0]
    return InputError(
        path, f"cannot be read: {reason}", "It may be truncated: copy it again from the export"
    )
