"""Makes the reports of a run anew from its folder, and opens them: no stack, no network.

The run's own code does it, with the copy of the archive and of the ledger that the run left.
"""

import asyncio
import json
import webbrowser
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from daybook.folder_store import RunStore
from daybook.lean_arrow import keep_lean
from daybook.run_folder import DASHBOARD, DIGEST, EXECUTIVE, RECORD
from services.notifier.compose import Composed, Composer, on_dashboard
from services.notifier.dashboard.model import Dashboard
from services.notifier.dashboard.page import page
from services.notifier.dashboard.publishing import made_of
from services.notifier.dashboard.reading import read_window
from services.notifier.executive.document import executive_pdf
from services.notifier.mail.render import render as digest_of
from shared.archive import read_earlier_day
from shared.config_parts import Currency
from shared.currency import Display
from shared.errors import InputError, MismatchError, Retry
from shared.events import PeriodCataloged
from shared.locations import split_uri

REMEDY = "Give the folder that `daybook run` or `daybook demo` wrote"
AGAIN = "Run it again"


async def render(folder: Path) -> list[Path]:
    """Write dashboard, PDF, digest and CSV of the run in `folder` anew; returns their paths.

    Raises InputError when the folder is not a run's, or its archive is not what the run left.
    """
    keep_lean()
    record = _record(folder)
    event = _event(folder, record)
    store = RunStore(folder / "archive", split_uri(record["archive"])[0])
    if await read_earlier_day(store, event.data.day) is None:
        raise InputError(store.folder, f"has no breakdown of {event.data.day}", REMEDY)
    composer = Composer(store, record["cost_metric"], _display(folder, record))
    try:
        made = await composer.compose(event)
        board = await _board(composer, event, made)
    except (MismatchError, Retry) as error:
        raise InputError(store.folder, str(error), AGAIN) from None
    return await asyncio.to_thread(_write, folder, made, board)


async def _board(composer: Composer, event: PeriodCataloged, made: Composed) -> Dashboard:
    shown = composer.shown(event.data)
    window = await read_window(composer.store, event.data.day, composer.metric, shown)
    return made_of(on_dashboard(event, made), window)


def _write(folder: Path, made: Composed, board: Dashboard) -> list[Path]:
    reports = {
        DASHBOARD: page(board),
        EXECUTIVE: executive_pdf(made.report, board),
        DIGEST: _as_mailed(digest_of(made.report).html),
        f"ou-breakdown-{made.report.figures.day}.csv": made.csv,
    }
    for name, body in reports.items():
        (folder / name).write_bytes(body)
    return [folder / name for name in reports]


def _as_mailed(html: str) -> bytes:
    """Return a digest's HTML with the line ends that a mail gives it."""
    return f"{html}\n".replace("\n", "\r\n").encode()


def open_reports(folder: Path) -> list[Path]:
    """Open dashboard, digest and PDF where there is a browser; returns their paths."""
    names = (DASHBOARD, DIGEST, EXECUTIVE)
    found = [path for name in names if (path := folder / name).exists()]
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
    if missing := {"archive", "cost_metric", "told_of"} - record.keys():
        raise InputError(folder / RECORD, f"lacks {', '.join(sorted(missing))}", AGAIN)
    return record


def _event(folder: Path, record: dict[str, Any]) -> PeriodCataloged:
    try:
        return PeriodCataloged.model_validate(record["told_of"])
    except ValidationError:
        raise InputError(folder / RECORD, "holds no event to tell of", AGAIN) from None


def _display(folder: Path, record: dict[str, Any]) -> Display | None:
    """Return the display currency that the run had, if it had one."""
    if record.get("currency") is None:
        return None
    try:
        configured = Currency.model_validate(record["currency"])
    except ValidationError:
        raise InputError(folder / RECORD, "has no such currency", AGAIN) from None
    return Display(configured.display, configured.rates, str(folder / RECORD))
