"""Times a contender's work without its imports, and prints what it found as one line of JSON."""

import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

WHO = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


def cpu() -> float:
    """Return the CPU seconds of this process and its children so far."""
    return sum(sum(resource.getrusage(who)[:2]) for who in WHO)


def timed(work: Callable[[], dict[str, Any]]) -> None:
    """Do the work and print its answer with what it took."""
    began, used = perf_counter(), cpu()
    answer = work()
    print(json.dumps(answer | {"wall": perf_counter() - began, "cpu": cpu() - used}, default=str))


def arguments() -> tuple[list[str], Path, Path, str]:
    """Return a month's files, its organization, where to write, and the day or nothing."""
    root, out, day = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    files = sorted(str(file) for file in root.glob("data/*/*.parquet"))
    return files, root / "organization.csv", out, day
