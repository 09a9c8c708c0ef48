"""How long it takes, and how much memory, to make every report of a run: `make bench-rendering`.

It reads a folder that `daybook demo` or `daybook run` left and makes dashboard, PDF, digest and CSV
anew in a process of its own, so that nothing else is counted. Exit code 1 over the limits.
"""

import argparse
import asyncio
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

SECONDS, MEGABYTES = 5.0, 300.0
"""What the project promises for the example."""


def main() -> int:
    """Render once and print what it took."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--run", type=Path, default=Path("out"), help="A run's folder.")
    folder = parser.parse_args().run
    began = time.perf_counter()
    from daybook.offline import render  # noqa: PLC0415 - importing is part of what is measured

    imported, memory = time.perf_counter() - began, _peak()
    with tempfile.TemporaryDirectory() as name:
        copy = Path(shutil.copytree(folder, Path(name) / "run"))
        began = time.perf_counter()
        reports = asyncio.run(render(copy))
        took = time.perf_counter() - began
        cpu = time.process_time()
        sizes = {report.name: report.stat().st_size for report in reports}
    print(f"imports    {imported:6.2f} s  {memory:6.0f} MB")
    print(f"rendering  {took:6.2f} s  {_peak():6.0f} MB at most; {cpu:.2f} s of CPU in all")
    for report, size in sizes.items():
        print(f"  {report:30} {size / 1e6:8.3f} MB")
    return int(imported + took > SECONDS or _peak() > MEGABYTES)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
