"""Checks everything a person gives to a run before anything is started or written."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, date
from functools import partial
from pathlib import Path
from typing import Any

from daybook.loose import FOLDERS, LooseFiles, manifests_below
from services.query.embedded import EmbeddedQuery
from services.query.engine import Control
from services.query.export import Export, ExportStore
from services.query.folder import FolderExportStore
from services.query.layouts import LAYOUTS
from services.query.manifest import Delivery
from services.query.organization import parse_organization
from services.query.reach import reach
from services.query.sources import SOURCES, SourceFormat
from services.query.unreadable import naming_the_file
from shared.config import load_config
from shared.days import Period
from shared.errors import InputError
from shared.staging import StagedDay

DEFAULT_CONFIG = """\
digest:
  sender: daybook@example.com
  recipients: [finops@example.com]
"""


@dataclass(frozen=True)
class Inputs:
    """A run's inputs, found good."""

    source: Path
    store: ExportStore
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
            f"--format {files.source_format}", "is not known", f"Use one of {', '.join(SOURCES)}"
        )
    found = await _find(files)
    organization = _read(files.organization, "Point --organization at the organization CSV")
    parse_organization(organization, files.organization)
    config_text = (
        _read(files.config, "Point --config at daybook.yaml").decode("utf-8", errors="replace")
        if files.config
        else DEFAULT_CONFIG
    )
    config = load_config(config_text, files.config or "daybook.yaml", files.given)
    chosen, control = await _choose_day(found, day)
    control.require(config.cost_metric, found.deliveries[Period.of(chosen)].manifest)
    return Inputs(
        files.source,
        found.store,
        found.deliveries,
        organization,
        config_text,
        files.given,
        chosen,
        control,
    )


@dataclass(frozen=True)
class _Found:
    """The export that a person pointed at."""

    source: Path
    kind: SourceFormat
    store: ExportStore
    deliveries: dict[Period, Delivery]


def _read(file: Path, remedy: str) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(file, error.strerror or "cannot be read", remedy) from None


async def _find(files: InputFiles) -> _Found:
    """Find the export's deliveries, as its manifests say; without a manifest as its files do."""
    kind, store = SOURCES[files.source_format], await _store(files)
    export = Export(store, LAYOUTS[kind.layout])
    periods = await export.periods()
    if not periods:
        example = LAYOUTS[kind.layout].example
        raise InputError(
            files.source, f"has no manifest ({example})", _manifest_remedy(files.source)
        )
    found = [await export.delivery(period) for period in sorted(periods)]
    deliveries = {delivery.period: delivery for delivery in found if delivery}
    return _Found(files.source, kind, store, deliveries)


async def _store(files: InputFiles) -> ExportStore:
    source, kind = files.source, SOURCES[files.source_format]
    remedy = "Point --source at the export's folder: the one that holds its manifests' folders"
    if not source.exists():
        raise InputError(source, "is not there", remedy)
    if source.is_dir() and not any(source.iterdir()):
        raise InputError(source, "is empty", remedy)
    bare = kind.name in FOLDERS and not manifests_below(source)
    if source.is_file() or bare:
        return await asyncio.to_thread(LooseFiles, source, kind)
    return FolderExportStore(source)


def _manifest_remedy(source: Path) -> str:
    elsewhere = manifests_below(source)
    if elsewhere:
        return f"There is {elsewhere[0]}: point --source at the folder that its layout begins in"
    return "Copy the export's metadata/ folder beside its data/ folder"


async def _choose_day(found: _Found, day: date | None) -> tuple[date, Control]:
    """Take the day asked for, or the last complete one, with its period's control totals."""
    if day and Period.of(day) not in found.deliveries:
        raise _outside(found, day)
    newest = max(found.deliveries)
    period = Period.of(day) if day else newest
    control, through = await _control(found, period)
    if day is None:
        chosen = through
        if chosen and control.first_day and chosen < control.first_day:
            chosen = None
        if chosen is None and len(found.deliveries) > 1:
            chosen = sorted(found.deliveries)[-2].last
            control, _ = await _control(found, Period.of(chosen))
        return chosen or control.last_day or period.first, control
    earliest = control.first_day if period == min(found.deliveries) else period.first
    if control.last_day is None or earliest is None or not earliest <= day <= control.last_day:
        reach = f"{period} reaches from {earliest} to {control.last_day}"
        raise InputError(found.source, f"has no data of {day}: {reach}", "Choose another --day")
    return day, control


def _outside(found: _Found, day: date) -> InputError:
    reach = ", ".join(str(period) for period in sorted(found.deliveries))
    problem = f"has no data of {day}: its billing periods are {reach}"
    return InputError(found.source, problem, "Choose another --day")


async def _control(found: _Found, period: Period) -> tuple[Control, date | None]:
    """Return a period's control totals, and the last day that its delivery holds in whole."""
    export = Export(found.store, LAYOUTS[found.kind.layout])
    delivery = found.deliveries[period]
    paths = await export.fetch(delivery, found.source)
    control, hours = await asyncio.to_thread(_add_up, found.kind, period, paths)
    if control.invoiced:
        return control, period.last
    metered = [
        StagedDay(day=day, keys=(), rows=0, totals=(), last_hour=hour)
        for day, hour in hours.items()
    ]
    return control, reach(metered, delivery.delivered_at.astimezone(UTC).date()).through


def _add_up(
    source: SourceFormat, period: Period, paths: list[Path]
) -> tuple[Control, dict[date, int]]:
    with naming_the_file(partial(EmbeddedQuery, source), period, paths) as query:
        control, hours = query.control(), query.last_hours()
    if control.last_day is None:
        raise InputError(paths[0], "has no line items", "Wait for the export to be delivered")
    return control, hours
