"""Workers as real processes, told to stop at moments that nobody chose."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from daybook.example import ExampleExport, write_example
from shared.topology import load_topology
from tests.support.commands import Up, up
from tests.support.waiting import eventually

TRIALS = int(os.environ.get("DAYBOOK_SIGTERM_TRIALS", "6"))
SEED = int(os.environ.get("DAYBOOK_SIGTERM_SEED", str(time.time_ns() % 10_000)))
EXIT_SECONDS = 20.0
VISIBILITY = 120
"""Seconds: a message that was not given back at once would keep its run waiting for so long."""
RUN_SECONDS = 60.0

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> ExampleExport:
    return write_example(tmp_path_factory.mktemp("example"), days=TRIALS + 3)


@pytest.fixture(scope="module")
def stack(example: ExampleExport, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    given = ["--source", example.source, "--organization", example.organization]
    more = ["--visibility", VISIBILITY, "--restart-after", 0.1]
    log = tmp_path_factory.mktemp("sigterm") / "stderr.log"
    with up(*given, *more, log=log) as running:
        yield running


def pid_of(stack: Up, worker: str) -> int | None:
    """Return the process id of the worker that this stack runs now."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it ended while we looked
        if parent == stack.process.pid and f"services.{worker}".encode() in words:
            return int(folder.name)
    return None


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def stop(stack: Up, worker: str) -> float:
    """Tell a worker to stop; return the seconds until it has."""
    pid = eventually(lambda: pid_of(stack, worker), within=20, what=f"{worker} runs")
    began = time.monotonic()
    os.kill(pid, signal.SIGTERM)
    eventually(lambda: gone(pid), within=EXIT_SECONDS, what=f"{worker} has stopped")
    return time.monotonic() - began


def let_pass(stack: Up, seconds: float) -> None:
    """Let the stack work for a while: it must not end meanwhile."""
    with pytest.raises(subprocess.TimeoutExpired):
        stack.process.wait(timeout=seconds)


def test_a_worker_told_to_stop_at_any_moment_loses_nothing_and_doubles_nothing(
    stack: Up, example: ExampleExport
) -> None:
    chance = random.Random(SEED)  # noqa: S311 - repeatable choice
    workers = list(load_topology().workers)
    days = [example.complete_day - timedelta(days=n) for n in range(TRIALS)]
    slowest = 0.0
    for day in days:
        run = stack.publish("day-ready", "--day", str(day))
        let_pass(stack, chance.uniform(0, 1.5))
        slowest = max(slowest, stop(stack, chance.choice(workers)))
        sent = stack.event("digest-sent", run, RUN_SECONDS)
        assert date.fromisoformat(sent["data"]["day"]) == day, f"seed {SEED}"

    logs = Path(stack.access["logs"])
    eventually(lambda: len(list(logs.glob("mail-*.eml"))) >= TRIALS, within=10, what="all the mail")
    assert len(list(logs.glob("mail-*.eml"))) == TRIALS, f"seed {SEED}"
    assert slowest < EXIT_SECONDS
    sys.stdout.write(f"{TRIALS} trials, seed {SEED}, slowest stop {slowest:.1f} s\n")
