"""Takes the pictures of the README from seven months of the example: `make pictures`."""

import asyncio
import shutil
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

from daybook.folder_store import FolderStore
from services.notifier.dashboard.model import Told
from services.notifier.dashboard.publishing import rendered
from services.notifier.dashboard.reading import read_window
from tests.support.boards import browser_page, opened
from tests.support.long_archive import METRIC, write_archive

LAST_DAY = date(2026, 6, 17)
DAYS = 195
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
        file.write_bytes(rendered(_told(), window))
        for shot, taken in SHOTS.items():
            _take(chromium, file, folder / f"{shot}.png", *taken)


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
