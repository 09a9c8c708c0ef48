"""Our queue loop beside others' on one emulator (point 4): `python -m benchmarks.loop [--many N]`.

Each contender publishes and handles in a process of its own, one message at a time, in turns.
"""

import argparse
from collections.abc import Mapping
from dataclasses import replace
from itertools import count

from benchmarks.measured import Command, Measured, alternate, medians, ours, peer
from benchmarks.section import Section, goal, ratio
from benchmarks.stack import endpoint

OURS, PLAIN, TASKIQ, CELERY = "Daybook, all guarantees", "boto3, plain loop", "taskiq", "celery"
PEERS = {
    PLAIN: "loop_boto3",
    "Powertools batch": "loop_powertools",
    TASKIQ: "loop_taskiq",
    CELERY: "loop_celery",
    "dramatiq": "loop_dramatiq",
}
GOALS = {TASKIQ: 4, CELERY: 6}
HEADER = ("loop", "messages/s", "CPU ms a message", "CPU, plain = 1", "p50 ms", "p95 ms")


def section(many: int, few: int, rounds: int, peers: Mapping[str, str] | None = None) -> Section:
    """Run all in turns, and return the table; `peers` are some of `PEERS`."""
    scripts = PEERS if peers is None else peers
    found: dict[str, list[Measured]] = {}
    with endpoint() as aws:
        numbers = count()
        for _ in range(rounds):
            environment = aws.environment()
            commands = {
                name: replace(command, environment=environment)
                for name, command in _commands(numbers, many, few, scripts).items()
            }
            for name, its in alternate(commands, 1).items():
                found.setdefault(name, []).extend(its)
    middle = {name: its.answer for name, its in medians(found).items()}
    us = middle[OURS]["cpu_ms"]
    plain = middle.get(PLAIN, middle[OURS])["cpu_ms"]
    rows = [
        (
            name,
            f"{its['per_second']:,.0f}",
            f"{its['cpu_ms']:.2f}",
            ratio(its["cpu_ms"], plain),
            f"{its['p50_ms']:.0f}",
            f"{its['p95_ms']:.0f}",
        )
        for name, its in middle.items()
    ]
    notes = [
        f"{many} messages that wait, then {few} one by one; the last of {rounds} rounds in turns",
        "the emulator looks for messages every 0.1 s: no finer latency can be seen on it",
        "ours receives one message at a time, leases it anew while it works, deletes it alone",
        *(
            goal(f"at most 1/{part} of {name}'s CPU", met=us <= middle[name]["cpu_ms"] / part)
            for name, part in GOALS.items()
            if name in middle
        ),
    ]
    command = f"python -m benchmarks.loop --many {many} --few {few} --rounds {rounds}"
    return Section("Queue loops on the same emulator", command, HEADER, list(rows), notes)


def _commands(
    numbers: "count[int]", many: int, few: int, scripts: Mapping[str, str]
) -> dict[str, Command]:
    def named() -> str:
        return f"loop-{next(numbers)}"

    return {
        OURS: ours("benchmarks.loop_ours", named(), many, few),
        **{name: peer(script, named(), many, few) for name, script in scripts.items()},
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog="python -m benchmarks.loop --many 1000"
    )
    parser.add_argument("--many", type=int, default=300)
    parser.add_argument("--few", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=1)
    asked = parser.parse_args()
    print(section(asked.many, asked.few, asked.rounds).markdown())


if __name__ == "__main__":
    main()
