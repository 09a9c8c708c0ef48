"""What the PDF's embedded fonts can print, from their own tables: `make fonts`."""

from itertools import groupby
from pathlib import Path

from fontTools.ttLib import TTFont

FONTS = Path("services/notifier/executive/fonts")


def coverage() -> str:
    """Return the code points that every font has, as ranges in hexadecimal."""
    tables = [TTFont(font).getBestCmap() for font in sorted(FONTS.glob("*.otf"))]
    points = sorted(set.intersection(*(set(table) for table in tables)))
    runs = [
        [point for _, point in run]
        for _, run in groupby(enumerate(points), lambda pair: pair[1] - pair[0])
    ]
    return "".join(f"{run[0]:04x}-{run[-1]:04x}\n" for run in runs)


if __name__ == "__main__":
    (FONTS / "coverage.txt").write_text(coverage(), encoding="ascii")
