"""How fast a worker starts, for it scales to zero, and what its image weighs (point 5).

`python -m benchmarks.start [--rounds N]`. Import: a Python that imports the worker and ends. Ready:
the worker as a process, until it says that it is, on the embedded AWS. Packages that the worker's
image does not have are not there for it here either: some libraries import what they find.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import packages_distributions
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.image_size import MEGABYTE, code_bytes, packages_bytes
from benchmarks.measured import MB, ROOT, Command, alternate, medians, progress
from benchmarks.section import Section, goal
from benchmarks.stack import applied
from shared.topology import load_topology
from tests.support.images import image

CONFIG = """\
digest: {sender: daybook@example.com, recipients: [finops@example.com]}
source: {format: cur2, location: s3://daybook-cost-export/daily}
organization: {location: s3://daybook-cost-export/organization.csv}
"""
TICKS = os.sysconf("SC_CLK_TCK")
MOST_CPU = 1.0
UNCOMPILED = "uncompiled"
START_SECONDS = 120
HEADER = (
    "worker",
    "import CPU s",
    "import wall s",
    "CPU s until ready",
    "peak MB",
    "image adds MB",
)


def as_in_image(what: str, module: str, worker: str, *arguments: object) -> list[str]:
    """Return the command that imports or runs a module with only what a worker's image has."""
    there = image(worker) | {"daybook"}
    hidden = sorted(
        name
        for name, owners in packages_distributions().items()
        if not there.intersection(map(_plain, owners))
    )
    script = str(Path(__file__).with_name("as_in_image.py"))
    return [sys.executable, script, what, module, ",".join(hidden), *map(str, arguments)]


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")


def imports(rounds: int, workers: Sequence[str]) -> dict[str, tuple[float, float, float]]:
    """Return CPU, wall and peak of importing each worker, and of Python alone as `python`.

    `UNCOMPILED`: the last of the workers, as it would be in an image without bytecode.
    """
    commands = {
        name: Command(as_in_image("import", f"services.{name}.__main__", name)) for name in workers
    }
    commands["python"] = Command([sys.executable, "-c", "pass"])
    with TemporaryDirectory(prefix="daybook-bench-") as empty:
        nothing = {"PYTHONPYCACHEPREFIX": empty, "PYTHONDONTWRITEBYTECODE": "1"}
        commands[UNCOMPILED] = replace(commands[workers[-1]], environment=nothing)
        found = medians(alternate(commands, rounds))
    return {name: (its.cpu, its.wall, its.peak) for name, its in found.items()}


def ready(rounds: int, workers: Sequence[str]) -> dict[str, float]:
    """Return the CPU seconds that each worker took until it was ready."""
    with TemporaryDirectory(prefix="daybook-bench-") as name, applied() as environments:
        config = Path(name) / "daybook.yaml"
        config.write_text(CONFIG, encoding="utf-8")
        found: dict[str, list[float]] = {worker: [] for worker in workers}
        for worker in [*workers] * rounds:
            progress(f"  cold start: {worker}")
            its = _until_ready(worker, {**environments[worker], "DAYBOOK_CONFIG": str(config)})
            found[worker].append(its)
    return {worker: median(its) for worker, its in found.items()}


def _until_ready(worker: str, environment: Mapping[str, str]) -> float:
    with _started(worker, environment) as process:
        deadline = time.monotonic() + START_SECONDS
        for line in process.stdout or ():
            if '"event": "ready"' in line:
                return _cpu(process.pid)
            if time.monotonic() > deadline:
                break
    raise SystemExit(f"the {worker} worker did not become ready")


@contextmanager
def _started(worker: str, environment: Mapping[str, str]) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        as_in_image("run", f"services.{worker}.__main__", worker),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate()


def _cpu(pid: int) -> float:
    """Return the CPU seconds of a living process (proc(5): fields 14 and 15 of `stat`)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def section(rounds: int, workers: Sequence[str] = tuple(load_topology().workers)) -> Section:
    """Measure, and return the table."""
    imported, started = imports(rounds, workers), ready(rounds, workers)
    rows = []
    for worker, cold in started.items():
        cpu, wall, peak = imported[worker]
        image = (sum(packages_bytes(worker).values()) + code_bytes(worker)) / MEGABYTE
        rows.append(
            (
                worker,
                f"{cpu:.2f}",
                f"{wall:.2f}",
                f"{cold:.2f}",
                f"{peak / MB:,.0f}",
                f"{image:.0f}",
            )
        )
    worst = max(started, key=lambda worker: imported[worker][0])
    met = imported[worst][0] <= MOST_CPU
    notes = [
        f"Python alone: {imported['python'][0]:.2f} s of CPU",
        f"{workers[-1]} without bytecode: {imported[UNCOMPILED][0]:.2f} s of CPU to import",
        goal(f"importing takes at most {MOST_CPU:.0f} s of CPU ({worst} most)", met=met),
        "images: what scripts/requirements installs, unpacked; the base image is not measured",
    ]
    cpu = max(imported[worker][0] for worker in started)
    command = f"python -m benchmarks.start --rounds {rounds}"
    figures = {"import_cpu": cpu, "ready_cpu": max(started.values())}
    return Section("Start of the workers", command, HEADER, list(rows), notes, figures)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog="python -m benchmarks.start --rounds 5"
    )
    parser.add_argument("--rounds", type=int, default=3)
    print(section(parser.parse_args().rounds).markdown())


if __name__ == "__main__":
    main()
