"""Regression cases: schedules that once failed, one line each, kept in `schedules/*.json`."""

import json
import sys
from pathlib import Path

from tests.faults.run import run
from tests.faults.scenarios import scenario_of
from tests.faults.schedule import Schedule
from tests.faults.sweep import Judged, judge

FOLDER = Path(__file__).parent / "schedules"


def known() -> list[tuple[str, str]]:
    """Return (line, why it is kept) of every case."""
    found = []
    for file in sorted(FOLDER.glob("*.json")):
        found += [(case["line"], case["why"]) for case in json.loads(file.read_text("utf-8"))]
    return found


def judge_case(case: tuple[str, str]) -> Judged:
    return judge(Schedule.parse(case[0]))


def show(line: str) -> int:
    """Run one schedule and print what happened in it."""
    schedule = Schedule.parse(line)
    result = run(schedule, scenario_of(schedule.scenario))
    for number, call in enumerate(result.world.log):
        fault = dict(schedule.plan).get(number, "")
        sys.stdout.write(f"{number:>5} {call}{f'   <== {fault}' if fault else ''}\n")
    for alarm in result.world.alarms:
        sys.stdout.write(f"alarm: {alarm.subject}: {alarm.text}\n")
    sys.stdout.write(f"{result.verdict}: {'; '.join(result.violations) or 'nothing violated'}\n")
    return int(bool(result.violations))
