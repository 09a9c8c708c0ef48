"""Any line that the harness printed, run again; and those that are kept, in `schedules/*.json`."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from tests.faults import chaos, closure, fuzz, machine, mutants, orders
from tests.faults.run import run
from tests.faults.scenarios import scenario_of
from tests.faults.schedule import Schedule
from tests.faults.verdict import Judged, judge

FOLDER = Path(__file__).parent / "schedules"
JUDGES: dict[str, Callable[[str], Judged]] = {
    "plan": lambda line: judge(Schedule.parse(line)),
    "contest": orders.judge_line,
    "chaos": chaos.judge_line,
    "closure": closure.judge_line,
    "machine": machine.judge_line,
    "fuzz": fuzz.judge_line,
    "mutant": mutants.judge_line,
}
"""By the word that a line begins with."""


def known() -> list[tuple[str, str]]:
    """Return (line, why it is kept) of every case."""
    found = []
    for file in sorted(FOLDER.glob("*.json")):
        found += [(case["line"], case["why"]) for case in json.loads(file.read_text("utf-8"))]
    return found


def judge_line(line: str) -> Judged:
    """Run what a line describes, whichever layer printed it."""
    line = line.partition("  # ")[0].strip()
    return JUDGES[line.partition("=")[0]](line)


def show(line: str) -> int:
    """Run a line again and print what came of it; of a schedule, every call."""
    if line.startswith("plan="):
        _show_calls(Schedule.parse(line.partition("  # ")[0]))
    judged = judge_line(line)
    sys.stdout.write(f"{judged.verdict}: {'; '.join(judged.violations) or 'nothing violated'}\n")
    return int(bool(judged.violations))


def _show_calls(schedule: Schedule) -> None:
    world = run(schedule, scenario_of(schedule.scenario)).world
    for number, call in enumerate(world.log):
        fault = world.struck.get(number, "")
        sys.stdout.write(f"{number:>5} {call}{f'   <== {fault}' if fault else ''}\n")
    for alarm in world.alarms:
        sys.stdout.write(f"alarm: {alarm.subject}: {alarm.text}\n")
