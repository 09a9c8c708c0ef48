"""Makes the reports of a run anew from its folder, and opens them: no stack, no network."""

import asyncio
import json
import webbrowser
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from daybook.folder_store import FolderStore
from daybook.results import DASHBOARD, RECORD
from services.notifier.attachment import breakdown_csv
from services.notifier.dashboard.model import Told
from services.notifier.dashboard.publishing import rendered
from services.notifier.dashboard.reading import read_window
from services.notifier.displayed import Shown
from shared.archive import read_earlier_day
from shared.config_parts import Currency
from shared.currency import Display
from shared.days import Period
from shared.errors import InputError

REMEDY = "Give the folder that `daybook run` or `daybook demo` wrote"


async def render(folder: Path) -> list[Path]:
    """Write the dashboard and the CSV of the run in `folder` anew; returns their paths.

    Raises InputError when the folder is not a run's, or its archive lacks the run's day.
    """
    record = _record(folder)
    told, store = _told(folder, record), FolderStore(folder / "archive")
    day = await read_earlier_day(store, told.day)
    if day is None:
        raise InputError(folder / "archive", f"has no breakdown of {told.day}", REMEDY)
    shown = _shown(folder, record, told.day)
    window = await read_window(store, told.day, told.metric, shown)
    page, csv = folder / DASHBOARD, folder / f"ou-breakdown-{told.day}.csv"
    page.write_bytes(await asyncio.to_thread(rendered, told, window))
    csv.write_bytes(await asyncio.to_thread(breakdown_csv, day.rows, told.metric))
    return [page, csv]


def open_reports(folder: Path) -> list[Path]:
    """Open the dashboard and the digest where there is a browser; returns their paths."""
    found = [path for name in (DASHBOARD, "digest.html") if (path := folder / name).exists()]
    if not found:
        raise InputError(folder, "holds neither a dashboard nor a digest", REMEDY)
    for path in found:
        webbrowser.open(path.resolve().as_uri())
    return found


def _record(folder: Path) -> dict[str, Any]:
    try:
        record: dict[str, Any] = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(folder, f"has no {RECORD}", REMEDY) from None
    except ValueError as error:
        raise InputError(folder / RECORD, f"cannot be read: {error}", REMEDY) from None
    return record


def _shown(folder: Path, record: dict[str, Any], day: date) -> Shown | None:
    """Return what converts to the display currency that the run had, if it had one."""
    if record.get("currency") is None:
        return None
    try:
        configured = Currency.model_validate(record["currency"])
    except ValidationError:
        raise InputError(folder / RECORD, "has no such currency", "Run it again") from None
    return Shown(
        Display(configured.display, configured.rates, str(folder / RECORD)), Period.of(day)
    )


def _told(folder: Path, record: dict[str, Any]) -> Told:
    try:
        day = date.fromisoformat(record["day"])
        return Told(
            day=day,
            complete=record["status"] != "partial",
            metric=record["cost_metric"],
            run=record["run_id"],
            source_version=record["source_version"],
            notes=tuple(record["notes"]),
        )
    except KeyError as error:
        raise InputError(folder / RECORD, f"lacks {error}", "Run it again") from None
