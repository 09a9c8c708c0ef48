"""Takes the pictures of the README from what a run over seven months of the example tells.

`make pictures`. Mail is shown by Chromium, since no mail client was at hand; the PDF by Poppler.
"""

import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from services.notifier.dashboard.page import page as html_of
from services.notifier.executive.document import executive_pdf
from services.notifier.mail.render import render
from tests.support.boards import browser_page, opened
from tests.support.example_months import told_example

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
        made, board = told_example(Path(name) / "example", LAST_DAY, DAYS)
        file, mail = Path(name) / "dashboard.html", Path(name) / "digest.html"
        file.write_bytes(html_of(board))
        for shot, taken in SHOTS.items():
            _take(chromium, file, folder / f"{shot}.png", *taken)
        mail.write_text(render(made.report).html, encoding="utf-8")
        for shot, taken_so in MAILS.items():
            _show(chromium, mail, folder / f"{shot}.png", taken_so)
        _pages(executive_pdf(made.report, board), Path(name) / "executive.pdf", folder)


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


def _take(chromium: str, file: Path, to: Path, *shot: str | int) -> None:
    place, scheme, width, height = shot
    size = {"width": width, "height": height}
    with browser_page(chromium, viewport=size, color_scheme=scheme) as page:
        opened(page, file).go(str(place))
        page.screenshot(path=to)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
