"""Runs what is compared as processes of their own, in turns, and says what each took."""

import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / ".venv/peers/bin/python"
LAUNCH = Path(__file__).with_name("launch.py")
MB = 1e6


@dataclass(frozen=True)
class Command:
    """What to run: `python -m MODULE …` of ours, or of the peers' environment."""

    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Measured:
    """What a process took: seconds of wall and of CPU (children too), peak memory in bytes.

    Where its answer has `wall` and `cpu`, these are the work without starting Python and imports.
    """

    wall: float
    cpu: float
    peak: float
    answer: Any = None


def ours(module: str, *arguments: object) -> Command:
    """Return the command of one of our modules."""
    return Command([sys.executable, "-m", module, *map(str, arguments)])


def peer(script: str, *arguments: object) -> Command:
    """Return the command of a module in `benchmarks/peers`; raise SystemExit without them."""
    if not PEERS.exists():
        raise SystemExit(f"{PEERS} is not there: run `make peers`")
    return Command([str(PEERS), "-m", f"benchmarks.peers.{script}", *map(str, arguments)])


def run(command: Command) -> Measured:
    """Run to its end, whose last line is its answer in JSON; raise SystemExit when it fails."""
    with tempfile.NamedTemporaryFile("r", prefix="daybook-bench-", encoding="utf-8") as used:
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(LAUNCH), used.name, *command.arguments],
            env={**os.environ, "PYTHONPATH": str(ROOT), **command.environment},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            what = " ".join(command.arguments)
            raise SystemExit(f"{what}\nended with {done.returncode}:\n{done.stderr[-3000:]}")
        wall, cpu, peak = map(float, used.read().split())
    lines = done.stdout.strip().splitlines()
    answer = json.loads(lines[-1]) if lines else {}
    return Measured(answer.get("wall", wall), answer.get("cpu", cpu), peak, answer)


def alternate(commands: Mapping[str, Command], rounds: int) -> dict[str, list[Measured]]:
    """Run all of them, and again, so that what disturbs the machine disturbs each."""
    found: dict[str, list[Measured]] = {name: [] for name in commands}
    for number in range(rounds):
        for name, command in commands.items():
            progress(f"  round {number + 1} of {rounds}: {name}")
            found[name].append(run(command))
    return found


def medians(found: Mapping[str, Sequence[Measured]]) -> dict[str, Measured]:
    """Return the median of each figure; the answer is that of the last round."""
    return {
        name: Measured(
            median(each.wall for each in rounds),
            median(each.cpu for each in rounds),
            median(each.peak for each in rounds),
            rounds[-1].answer,
        )
        for name, rounds in found.items()
    }


def progress(text: str) -> None:
    """Say what is being done."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def machine(*packages: str) -> str:
    """Describe the machine, how busy it is, and what runs."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)
    return (
        f"{os.cpu_count()} cores ({_processor()}), {memory:.0f} GB; load average "
        f"{os.getloadavg()[0]:.1f} at the start; {platform.system()} {platform.release()}; "
        f"Python {platform.python_version()}, {versions}"
    )


def _processor() -> str:
    known = Path("/proc/cpuinfo")
    lines = known.read_text(encoding="utf-8").splitlines() if known.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
