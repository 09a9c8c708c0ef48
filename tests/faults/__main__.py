"""The long sweep: `python -m tests.faults`. Exit code 1 when anything was violated."""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
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
    stops,
)
from tests.faults.kinds import KINDS
from tests.faults.mutants import hunt
from tests.faults.planted import MUTANTS
from tests.faults.singles import single_faults
from tests.faults.sweep import Report, spread, swept

CHAOS = 2
"""Stretches of 60 days of operation, each drawn from another seed."""
FEWER = (
    "kill_before", "kill_after", "lost_answer", "e500_after", "throttle", "slow",
    "sigterm_cut_after", "conflict", "outage",
)  # fmt: skip
"""The kinds that differ most."""
FEWEST = ("kill_after", "lost_answer", "throttle", "conflict")
LONG = ("two-days", "backfill", "at-once", "told")
"""Scenarios that begin as the daily tick does."""
ELSEWHERE: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("athena", "query", tuple(KINDS)),
    ("late", "query", FEWER),
    ("late", "notifier", FEWER),
    ("month-before", "query", FEWEST),
    ("moved", "catalog", tuple(KINDS)),
)
"""Scenarios in which one worker makes calls that it makes in no other; the rest are the tick's.

`month-before` is three days long.
"""


@dataclass(frozen=True)
class Sweep:
    """How the layers are run: on how many processes, and whether nothing is left to turns."""

    jobs: int
    whole: bool


def _singles(sweep: Sweep) -> Report:
    """Each call of the tick meets each kind. Without `whole`, others' reads meet one in turn."""
    turns, kinds = not sweep.whole, tuple(KINDS) if sweep.whole else FEWER
    schedules = list(single_faults("tick"))
    for name in LONG:
        schedules += single_faults(name, kinds, beyond="tick", in_turn=turns)
    for name, role, own in ELSEWHERE:
        schedules += single_faults(name, kinds if sweep.whole else own, by=role, in_turn=turns)
    schedules += single_faults("audiences", kinds, beyond="tick", by="notifier", in_turn=turns)
    return swept("single faults", schedules, sweep.jobs)


def _stops(sweep: Sweep) -> Report:
    return swept("stops", stops.stops(), sweep.jobs)


def _deliveries(sweep: Sweep) -> Report:
    return swept("deliveries", deliveries.deliveries(in_turn=not sweep.whole), sweep.jobs)


def _pairs(sweep: Sweep) -> Report:
    told = pairs.pairs("told", about="notifier", in_turn=not sweep.whole)
    firsts = [*pairs.pairs(in_turn=not sweep.whole), *told]
    found = spread(pairs.After.judged, firsts, sweep.jobs, least=1)
    return Report("pairs of faults", [one for each in found for one in each])


def _orders(sweep: Sweep) -> Report:
    contests = spread(orders.whole_contest, orders.CONTESTS, sweep.jobs, least=1)
    judged = [one for contest in contests for one in contest]
    return Report("interleavings", judged)


def _mutants(sweep: Sweep) -> Report:
    return Report("mutants", list(spread(hunt, MUTANTS, sweep.jobs)))


def _cases(_sweep: Sweep) -> Report:
    return Report("regression cases", [cases.judge_line(line) for line, _ in cases.known()])


LAYERS: dict[str, Callable[[Sweep], Report]] = {
    "single": _singles,
    "stops": _stops,
    "deliveries": _deliveries,
    "pairs": _pairs,
    "closure": lambda sweep: closure.report(sweep.jobs),
    "orders": _orders,
    "machine": lambda _sweep: machine.explored(),
    "chaos": lambda sweep: chaos.lived(CHAOS, jobs=sweep.jobs),
    "fuzz": lambda sweep: fuzz.fuzz(jobs=sweep.jobs),
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


def _run(name: str, sweep: Sweep) -> Report:
    sys.stderr.write(f"{name} …\n")
    began = time.perf_counter()
    report = LAYERS[name](sweep)
    report.seconds = time.perf_counter() - began
    sys.stderr.write(f"{report.layer}: {report.seconds:.0f} s\n{report.explain()}\n")
    return report


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--layer", choices=list(LAYERS), action="append", help="only this layer")
    parser.add_argument("--jobs", type=int, default=0, help="processes; default: one per core")
    parser.add_argument("--whole", action="store_true", help="nothing in turn: takes hours")
    parser.add_argument("--json", type=Path, help="write the result to this file, too")
    parser.add_argument("--replay", help="run the schedule of one line and print its call log")
    asked = parser.parse_args()
    if asked.replay:
        return cases.show(asked.replay)
    sweep = Sweep(asked.jobs, asked.whole)
    reports = [_run(name, sweep) for name in asked.layer or LAYERS]
    sys.stdout.write(_table(reports) + "\n")
    if asked.json:
        asked.json.write_text(_as_json(reports), encoding="utf-8")
    return int(any(report.wrong for report in reports))


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Workers that were killed in the middle of a query leave threads of its engine, which abort
    # the interpreter when it ends: that would be the exit code.
    os._exit(code)
