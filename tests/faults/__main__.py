"""The long sweep: `python -m tests.faults`. Exit code 1 when anything was violated."""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.faults import (
    cases,
    chaos,
    closure,
    deliveries,
    fuzz,
    machine,
    orders,
    pairs,
    singles,
    stops,
    sweep,
)
from tests.faults.kinds import KINDS
from tests.faults.mutants import hunt
from tests.faults.planted import MUTANTS
from tests.faults.sweep import Report

CHAOS = 2
"""Stretches of 60 days of operation, each drawn from another seed."""
LONG = ("two-days", "backfill", "at-once", "told")
"""Scenarios that begin as the daily tick does."""
FEWER = (
    "kill_before", "kill_after", "lost_answer", "e500_after", "throttle", "slow",
    "sigterm_cut_after", "conflict", "outage",
)  # fmt: skip
ELSEWHERE: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("athena", "query", tuple(KINDS)),
    ("late", "query", tuple(KINDS)),
    ("late", "notifier", tuple(KINDS)),
    ("month-before", "query", FEWER),
    ("moved", "catalog", tuple(KINDS)),
)
"""Scenarios in which one worker makes calls that it makes in no other; the rest are the tick's.

`month-before` is three days long: it meets the kinds that differ most.
"""


def _singles(jobs: int) -> Report:
    schedules = list(singles.single_faults("tick"))
    for name in LONG:
        schedules += singles.single_faults(name, beyond="tick")
    for name, role, kinds in ELSEWHERE:
        schedules += singles.single_faults(name, kinds, by=role)
    schedules += singles.single_faults("audiences", beyond="tick", by="notifier")
    return sweep.swept("single faults", schedules, jobs)


def _stops(jobs: int) -> Report:
    return sweep.swept("stops", stops.stops(), jobs)


def _deliveries(jobs: int) -> Report:
    return sweep.swept("deliveries", deliveries.deliveries(), jobs)


def _pairs(jobs: int) -> Report:
    told = pairs.pairs("told", about="notifier")
    return sweep.swept("pairs of faults", [*pairs.pairs(), *told], jobs)


def _orders(jobs: int) -> Report:
    contests = sweep.spread(orders.whole_contest, orders.CONTESTS, jobs, least=1)
    judged = [one for contest in contests for one in contest]
    return Report("interleavings", judged)


def _mutants(jobs: int) -> Report:
    return Report("mutants", list(sweep.spread(hunt, MUTANTS, jobs)))


def _cases(_jobs: int) -> Report:
    return Report("regression cases", [cases.judge_line(line) for line, _ in cases.known()])


LAYERS: dict[str, Callable[[int], Report]] = {
    "single": _singles,
    "stops": _stops,
    "deliveries": _deliveries,
    "pairs": _pairs,
    "closure": closure.report,
    "orders": _orders,
    "machine": machine.explored,
    "chaos": lambda _jobs: chaos.lived(CHAOS),
    "fuzz": lambda jobs: fuzz.fuzz(jobs=jobs),
    "mutants": _mutants,
    "cases": _cases,
}


def _table(reports: list[Report]) -> str:
    lines = [f"{'layer':<18}{'schedules':>10}{'violations':>12}{'seconds':>9}  verdicts"]
    for report in reports:
        counts = ", ".join(f"{n} {verdict}" for verdict, n in report.verdicts.most_common(4))
        caught = report.layer == "mutants" and not report.wrong
        told = report.notes or ("all caught" if caught else counts)
        lines.append(
            f"{report.layer:<18}{len(report.judged):>10}{len(report.wrong):>12}"
            f"{report.seconds:>9.1f}  {told}"
        )
    return "\n".join(lines)


def _as_json(reports: list[Report]) -> str:
    return json.dumps(
        [
            {
                "layer": report.layer,
                "schedules": len(report.judged),
                "violations": [str(one) for one in report.wrong],
                "verdicts": dict(report.verdicts),
                "seconds": round(report.seconds, 1),
            }
            for report in reports
        ],
        indent=1,
    )


def _run(name: str, jobs: int) -> Report:
    sys.stderr.write(f"{name} …\n")
    began = time.perf_counter()
    report = LAYERS[name](jobs)
    report.seconds = time.perf_counter() - began
    sys.stderr.write(f"{report.layer}: {report.seconds:.0f} s\n{report.explain()}\n")
    return report


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--layer", choices=list(LAYERS), action="append", help="only this layer")
    parser.add_argument("--jobs", type=int, default=0, help="processes; default: one per core")
    parser.add_argument("--json", type=Path, help="write the result to this file, too")
    parser.add_argument("--replay", help="run the schedule of one line and print its call log")
    asked = parser.parse_args()
    if asked.replay:
        return cases.show(asked.replay)
    reports = [_run(name, asked.jobs) for name in asked.layer or LAYERS]
    sys.stdout.write(_table(reports) + "\n")
    if asked.json:
        asked.json.write_text(_as_json(reports), encoding="utf-8")
    return int(any(report.wrong for report in reports))


if __name__ == "__main__":
    sys.exit(main())
