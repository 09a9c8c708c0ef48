"""What a PDF says to real readers: poppler's programs, skipped where they are not installed."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

PROGRAMS = ("pdfinfo", "pdffonts", "pdfimages", "pdftotext", "pdftoppm")


@dataclass(frozen=True)
class Pdf:
    """A PDF file, read by poppler."""

    file: Path

    @classmethod
    def of(cls, body: bytes, folder: Path) -> "Pdf":
        """Write the file; skips the test where poppler is not installed."""
        if not all(map(shutil.which, PROGRAMS)):
            pytest.skip("needs poppler-utils: `make system`")
        file = folder / "report.pdf"
        file.write_bytes(body)
        return cls(file)

    def info(self) -> dict[str, str]:
        lines = (line.partition(":") for line in self.said("pdfinfo").splitlines())
        return {name: value.strip() for name, _, value in lines}

    def fonts(self) -> list[list[str]]:
        """Return name, …, embedded, subset, has Unicode of each font."""
        return [line.split() for line in self.said("pdffonts").splitlines()[2:]]

    def text(self) -> str:
        """Return the text with each run of white space as one space."""
        return " ".join(self.said("pdftotext", "-layout", to="-").split())

    def outside(self, margin: float) -> list[str]:
        """Return the words that reach into a margin (points) or over the page's edge."""
        page, found = (0.0, 0.0), []
        for line in self.said("pdftotext", "-bbox", to="-").splitlines():
            if sized := re.search(r'<page width="([\d.]+)" height="([\d.]+)"', line):
                page = (float(sized[1]), float(sized[2]))
            if placed := re.search(r'xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">', line):
                left, top, right, bottom = map(float, placed.groups())
                inside = left >= margin and top >= 0 and right <= page[0] - margin
                if not inside or bottom > page[1]:
                    found.append(line)
        return found

    def said(self, program: str, *options: str, to: str = "") -> str:
        command = [program, *options, str(self.file), *([to] if to else [])]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout
