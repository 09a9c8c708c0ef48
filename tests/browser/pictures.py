"""Takes the pictures of the README from seven months of the example: `make pictures`.

Mail is shown by Chromium, since no mail client was at hand; the PDF by Poppler.
"""

import asyncio
import shutil
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

from daybook.folder_store import FolderStore, RunStore
from services.notifier.charges import month_to_date
from services.notifier.dashboard.model import Told
from services.notifier.dashboard.page import page as html_of
from services.notifier.dashboard.publishing import made_of
from services.notifier.dashboard.reading import read_window
from services.notifier.executive.document import executive_pdf
from services.notifier.figures import figures
from services.notifier.mails import rendered
from services.notifier.render import Origin
from services.notifier.report import Report
from shared.archive import read_earlier_day, read_outlook
from shared.days import days_between
from tests.support.boards import browser_page, opened
from tests.support.long_archive import METRIC, write_archive

LAST_DAY = date(2026, 6, 17)
DAYS = 195
MAILS = {
    "digest": ("light", 720, 1320),
    "digest-phone": ("light", 390, 1320),
    "digest-dark": ("dark", 390, 1320),
}
SHOTS = {
    "dashboard": ("", "light", 1280, 1240),
    "dashboard-dark": (
        "#ou=Root&service=Amazon+Elastic+Compute+Cloud&day=2026-05-20",
        "dark",
        1280,
        1240,
    ),
    "dashboard-phone": ("#ou=Root%2FData%2FLake", "light", 390, 1240),
}


def main(folder: Path) -> None:
    """Write the pictures into a folder."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("pictures need Chromium: make system")
    with tempfile.TemporaryDirectory() as name:
        write_archive(Path(name), LAST_DAY, DAYS)
        file = Path(name) / "dashboard.html"
        window = asyncio.run(read_window(FolderStore(Path(name) / "archive"), LAST_DAY, METRIC))
        board = made_of(_told(), window)
        file.write_bytes(html_of(board))
        for shot, taken in SHOTS.items():
            _take(chromium, file, folder / f"{shot}.png", *taken)
        report = asyncio.run(_report(RunStore(Path(name) / "archive")))
        mail = Path(name) / "digest.html"
        mail.write_text(rendered(report).html, encoding="utf-8")
        for shot, taken_so in MAILS.items():
            _show(chromium, mail, folder / f"{shot}.png", taken_so)
        _pages(executive_pdf(report, board), Path(name) / "executive.pdf", folder)


async def _report(store: RunStore) -> Report:
    """Compose the report of the quiet morning as the notifier does."""
    days = days_between(LAST_DAY - timedelta(days=7), LAST_DAY)
    read = {day: await read_earlier_day(store, day) for day in days}
    tables = {day: table.rows for day, table in read.items() if table}
    told = figures(
        LAST_DAY,
        tables,
        await read_outlook(store, LAST_DAY) or [],
        METRIC,
        complete=True,
        month=await month_to_date(store, LAST_DAY, tables, METRIC),
    )
    return Report(told, Origin("example", _told().source_version, replay=False))


def _show(chromium: str, file: Path, to: Path, shot: tuple[str, int, int]) -> None:
    scheme, width, height = shot
    size = {"width": width, "height": height}
    with browser_page(chromium, viewport=size, color_scheme=scheme) as page:
        page.goto(file.as_uri())
        page.screenshot(path=to)


def _pages(pdf: bytes, file: Path, folder: Path) -> None:
    file.write_bytes(pdf)
    stem = str(folder / "executive")
    subprocess.run(["pdftoppm", "-png", "-r", "90", str(file), stem], check=True)


def _told() -> Told:
    """Return the run of a quiet morning."""
    return Told(
        LAST_DAY,
        complete=True,
        metric=METRIC,
        run="example",
        source_version=f"{LAST_DAY + timedelta(days=1)}T06:12:40Z",
    )


def _take(chromium: str, file: Path, to: Path, *shot: str | int) -> None:
    place, scheme, width, height = shot
    size = {"width": width, "height": height}
    with browser_page(chromium, viewport=size, color_scheme=scheme) as page:
        opened(page, file).go(str(place))
        page.screenshot(path=to)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
