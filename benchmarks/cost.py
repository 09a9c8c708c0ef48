"""Dollars per month, from what was measured and from list prices (point 7).

`python -m benchmarks.cost`. Arithmetic on `benchmarks/results.json` (the share of the needed
columns and the query's CPU seconds per GB, as `python -m benchmarks` left them) and `prices.py`.
Nothing of it was measured on AWS. The tables of infra/README.md come from here.
"""

import argparse
import json
from collections.abc import Callable
from math import inf
from pathlib import Path

from benchmarks import prices
from benchmarks.section import Section

RESULTS = Path(__file__).with_name("results.json")
SIZES = (1, 50, 500)
DAYS = 30.4
HOURS = 730
RESTATED = 5
"""Days of the month before that a month's first days restate, on which it is read again."""
TASKS, TASK_HOURS = 6, 0.75
"""Workers, and hours a day: half an hour after the tick and a quarter until they stop."""
VCPUS, MEMORY = 2.25, 9.0
"""Of all workers together, as infra gives them: query 1 vCPU and 4 GB, the others 0.25 and 1."""
AFTERNOON = 0.2
"""The auditor's task once more a day, and tasks that a delivery after the tick starts: USD."""
FETCH = 0.1
"""GB a second from S3 to a task: taken, not measured."""
LARGE = (4, 16)
LARGE_FROM = 10
"""GB of export from which on the query worker is one of 4 vCPU and 16 GB."""
MOST_SCRATCH = 200
"""GB that a Fargate task can have (Amazon ECS, Fargate task ephemeral storage)."""
LAMBDA_GB, LAMBDA_SECONDS = 1.0, 60
"""Of a function that starts a query per day and waits for it: taken."""
ALARMS, METRICS = 49, 14
LOGS, INSIGHTS, SMALL_CHANGE = 0.1, 1.0, 0.1
TB_IN_GB = 1024
GB = 1024**3


class Costs:
    """What a month of so many GB of export costs, by part."""

    def __init__(self, share: float, cpu_per_gb: float) -> None:
        """`share` of the bytes is in needed columns; a GB takes so much CPU to query."""
        self.share = share
        self.cpu_per_gb = cpu_per_gb

    def periods(self, size: float) -> float:
        """A scan of the open period a day, and of the one before while it is restated."""
        read = (sum(range(1, 31)) / 30 + RESTATED) * size
        return self._scan(read)

    def days(self, size: float) -> float:
        """A scan for each day that is fresh or restated, each of all of the period's lines."""
        read = (sum(day * day for day in range(1, 31)) / 30 + RESTATED * 30) * size
        return self._scan(read)

    def _scan(self, gigabytes: float) -> float:
        return gigabytes * self.share / TB_IN_GB * prices.ATHENA.usd

    def tasks(self, hours: float) -> float:
        """All tasks for so many hours, with public addresses."""
        compute = VCPUS * prices.VCPU.usd + MEMORY * prices.MEMORY.usd
        return hours * (compute + TASKS * prices.ADDRESS.usd)

    def scaled_to_zero(self, _size: float) -> float:
        """The tasks as they are deployed."""
        return self.tasks(TASK_HOURS * DAYS) + AFTERNOON

    def embedded(self, size: float) -> float:
        """What the embedded engine takes beyond the tasks as deployed; infinite where it cannot."""
        if size > MOST_SCRATCH:
            return inf
        vcpus, memory = LARGE if size >= LARGE_FROM else (1, 4)
        hours = (size * self.cpu_per_gb / vcpus + size / FETCH) / 3600
        runs = DAYS * 0.5 + RESTATED  # a month's export is half there on average
        price = vcpus * prices.VCPU.usd + memory * prices.MEMORY.usd
        price += max(size - 20, 0) * prices.SCRATCH.usd
        return max(0.0, hours - 0.5 * (size < LARGE_FROM)) * runs * price

    def always_on(self, size: float) -> float:
        """All tasks round the clock behind a NAT gateway, a query per day."""
        compute = VCPUS * prices.VCPU.usd + MEMORY * prices.MEMORY.usd
        return HOURS * (compute + prices.NAT.usd) + self.days(size)

    def functions(self, size: float) -> float:
        """A function and a query per day, as the script that this project replaces had it."""
        runs = sum(range(1, 31)) + RESTATED * 30
        return runs * LAMBDA_SECONDS * LAMBDA_GB * prices.LAMBDA.usd + self.days(size)

    def kept(self, size: float) -> float:
        """S3: export, archive, access logs, images."""
        return 0.5 + size * prices.S3.usd

    def watched(self, _size: float) -> float:
        """CloudWatch and Container Insights."""
        alarms = ALARMS * prices.ALARM.usd + METRICS * prices.METRIC.usd + prices.BOARD.usd
        return alarms + LOGS + INSIGHTS

    def deployed(self, size: float) -> float:
        """Everything, with the engine that costs less."""
        engine = min(self.embedded(size), self.periods(size))
        rest = self.kept(size) + self.watched(size) + 2 * prices.KMS.usd + SMALL_CHANGE
        return self.scaled_to_zero(size) + engine + rest


def costs() -> Costs:
    """Return what the last run measured; raise SystemExit when there was none."""
    if not RESULTS.exists():
        raise SystemExit(f"{RESULTS} is not there: run `make bench` first")
    known = json.loads(RESULTS.read_text(encoding="utf-8"))
    return Costs(known["share"], known["cpu_per_gb"])


def sections(its: Costs) -> list[Section]:
    """Return what the deployment costs, and how that compares."""
    parts: dict[str, Callable[[float], float]] = {
        "Fargate: six workers, 45 minutes a day, 2.25 vCPU and 9 GB in all": its.scaled_to_zero,
        "the embedded engine: its longer runs, up to 200 GB": its.embedded,
        "or instead Athena, one scan a period and run": its.periods,
        "two KMS keys": lambda _: 2 * prices.KMS.usd,
        "CloudWatch: alarms, metrics, dashboard, logs, Container Insights": its.watched,
        "S3: export, archive, access logs, images": its.kept,
        "SQS, SNS, EventBridge, SES, Glue": lambda _: SMALL_CHANGE,
        "**in all, with the cheaper engine**": its.deployed,
    }
    others: dict[str, Callable[[float], float]] = {
        "**scale to zero, one scan a period**": lambda size: (
            its.scaled_to_zero(size) + min(its.periods(size), its.embedded(size))
        ),
        "always-on tasks behind a NAT gateway, a query per day": its.always_on,
        "a Lambda function and a query per day": its.functions,
        "of that, scanning a query per day": its.days,
        "scanning one period a run": its.periods,
    }
    command = "python -m benchmarks.cost"
    notes = [
        (
            f"US dollars, us-east-1, list prices of {prices.AS_OF} (benchmarks/prices.py), taxes "
            "and free tiers left out; arithmetic, not measured on AWS"
        ),
        (
            f"measured: the needed columns are {its.share:.1%} of the export, a GB of it takes "
            f"{its.cpu_per_gb:.1f} s of CPU; taken: {FETCH * 1000:.0f} MB/s from S3"
        ),
    ]
    header = ("a month", *(f"{size} GB" for size in SIZES))
    return [
        Section("What the deployment costs", command, header, _rows(parts), notes),
        Section("Compute and scanning, three ways", command, header, _rows(others), notes[:1]),
    ]


def _rows(parts: dict[str, Callable[[float], float]]) -> list[tuple[str, ...]]:
    return [(name, *(_usd(cost(size)) for size in SIZES)) for name, cost in parts.items()]


def _usd(cost: float) -> str:
    return "–" if cost == inf else f"{cost:,.2f}"


def main() -> None:
    """Reckon and print."""
    argparse.ArgumentParser(description=__doc__, epilog="python -m benchmarks.cost").parse_args()
    for part in sections(costs()):
        print(part.markdown())


if __name__ == "__main__":
    main()
